import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { FORMAT_NAMES, loadFormat } from '../../src/formats/index.ts';
import type { VariableRules } from '../../src/formats/format.ts';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { readEnvFile } from '../support/env-file-reader.ts';
import { readGithubEnv, readMasks } from '../support/github-runner.ts';
import { NASTY } from '../support/nasty.ts';
import { readPowershell } from '../support/powershell-reader.ts';
import { whyNot } from '../support/programs.ts';
import { hasPythonYaml, readByPython } from '../support/python-yaml.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { readByTerraform, readTfvars } from '../support/tfvars.ts';

const aws = await useAws();
const NAMES = Object.keys(NASTY);
const UPPER = new Set(NAMES.map((name) => name.toUpperCase()));

type Values = Record<string, string>;

const PRINT = 'process.stdout.write(JSON.stringify(process.env))';

/** The variables of NASTY that a program gets; it must run PRINT. */
async function readByProgram(
  { folder }: Scene,
  program: string,
  args: readonly string[],
): Promise<Values> {
  const { code, stdout, stderr } = await run(program, args, { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const all = JSON.parse(stdout.toString()) as Values;
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => UPPER.has(name.replace(/_FILE$/, ''))),
  );
}

function readByShell(shell: string) {
  return async (scene: Scene) => {
    await scene.write('read.sh', `set -a\n. ./out\n'${process.execPath}' -e '${PRINT}'\n`);
    return readByProgram(scene, shell, ['read.sh']);
  };
}

/** The real reader of each format, for the file `out`. */
const READERS: Readonly<Record<string, readonly ((scene: Scene) => Promise<Values> | Values)[]>> = {
  shell: ['bash', 'dash', 'zsh'].filter((shell) => !whyNot(shell)).map(readByShell),
  fish: whyNot('fish') ? [] : [readByFish],
  powershell: [async ({ text }) => readPowershell(await text('out'))],
  dotenv: [
    (scene) => readByProgram(scene, process.execPath, ['--env-file=out', '-e', PRINT]),
    ...['bash', 'dash', 'zsh'].filter((shell) => !whyNot(shell)).map(readByShell),
  ],
  docker: [async ({ text }) => readEnvFile(await text('out'))],
  github: [async ({ text }) => readGithubEnv(await text('github.env'))],
  json: [
    async ({ text }) => JSON.parse(await text('out')) as Values,
    ...(whyNot('jq') ? [] : [readByJq]),
  ],
  yaml: [
    async ({ text }) => parse(await text('out')) as Values,
    ...(hasPythonYaml
      ? [async ({ read }: Scene) => (await readByPython(await read('out'))) as Values]
      : []),
  ],
  tfvars: [
    async ({ text }) => readTfvars(await text('out')),
    ...(whyNot('terraform')
      ? []
      : [async ({ text }: Scene) => readByTerraform(await text('out'), NAMES)]),
  ],
};

async function readByJq({ folder }: Scene): Promise<Values> {
  const { stdout } = await run('jq', ['-c', '.', 'out'], { cwd: folder });
  return JSON.parse(stdout.toString()) as Values;
}

async function readByFish(scene: Scene): Promise<Values> {
  const script = `source out; '${process.execPath}' -e '${PRINT}'`;
  return readByProgram(scene, 'fish', ['-N', '-c', script]);
}

/** The expected variables; a value that the format cannot hold is in a file, with its path. */
function expectedIn(format: string, { names, findFault }: VariableRules, { path }: Scene): Values {
  return Object.fromEntries(
    Object.entries(NASTY).map(([name, value]) => {
      const variable = names === 'upper' ? name.toUpperCase() : name;
      return findFault?.(value)
        ? [`${variable}_FILE`, path(`files-${format}/${variable}`)]
        : [variable, value];
    }),
  );
}

test('a reader of each format gets every nasty value back', async () => {
  const secrets = Object.entries(NASTY).map(([name, value]) => secret(name, value));
  const app = await createScene(aws, secrets.join(''));
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.text('app.yml');
  await app.write('github.env', '');
  const env = { GITHUB_ENV: app.path('github.env') };
  for (const format of FORMAT_NAMES) {
    const loaded = await loadFormat(format);
    if (!('rules' in loaded)) continue;
    const readers = READERS[format] ?? [];
    if (format !== 'fish' || !whyNot('fish'))
      expect(readers, `something reads ${format}`).not.toEqual([]);
    const args = ['export', 'app.yml', '--format', format, '--files', `files-${format}`];
    const { stdout, stderr } = await app.succeed(args, { env });
    // GitHub cannot mask the single characters.
    if (format !== 'github') expect(stderr).toBe('');
    await app.write('out', stdout);
    const expected = expectedIn(format, loaded.rules, app);
    for (const read of readers) expect(await read(app), format).toEqual(expected);
    for (const [variable, value] of Object.entries(expected)) {
      if (!variable.endsWith('_FILE')) continue;
      const name = variable.replace('_FILE', '').toLowerCase();
      expect((await app.text(value.slice(app.folder.length + 1))) === NASTY[name]).toBe(true);
    }
    if (format === 'github') {
      const lines = Object.values(NASTY).flatMap((value) => value.split(/[\r\n]+/));
      const visible = lines.filter((line) => line.trim().length > 3);
      expect(readMasks(stdout.toString())).toEqual(visible);
    }
  }
  expect((await app.files()).filter((file) => !file.startsWith('files-'))).toEqual([
    'app.yml',
    'github.env',
    'out',
    'read.sh',
  ]);
  expect(await app.text('app.yml')).toBe(before);
});

test('json and yaml hold a StringList as a list, from a manifest and from AWS', async () => {
  const app = await createScene(aws, '  - {name: hosts, type: StringList, value: [a, b]}\n');
  await app.succeed(['sync', 'app.yml', '--yes']);
  for (const from of [[], ['--from', 'aws']]) {
    const print = async (format: string) =>
      (await app.succeed(['export', 'app.yml', ...from, '--format', format])).stdout.toString();
    expect(JSON.parse(await print('json'))).toEqual({ hosts: ['a', 'b'] });
    expect(parse(await print('yaml'))).toEqual({ hosts: ['a', 'b'] });
    expect(await print('dotenv')).toBe("HOSTS='a,b'\n");
  }
});
