import { parseEnv } from 'node:util';
import { array, assert, constantFrom, oneof, property, sample, uniqueArray } from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { dockerLine, findDockerFault } from '../../../src/formats/docker.ts';
import { renderJson } from '../../../src/formats/json.ts';
import { dotenvLine, findDotenvFault, format } from '../../../src/formats/dotenv.ts';
import { fishLine, format as fishFormat } from '../../../src/formats/fish.ts';
import { githubBlock, format as github, githubMasks } from '../../../src/formats/github.ts';
import { powershellLine } from '../../../src/formats/powershell.ts';
import { assignVariables } from '../../../src/formats/variables.ts';
import { renderYaml } from '../../../src/formats/yaml.ts';
import { run } from '../../support/cli.ts';
import { readDotenv } from '../../support/dotenv-reader.ts';
import { readEnvFile } from '../../support/env-file-reader.ts';
import { readGithubEnv, readMasks } from '../../support/github-runner.ts';
import { readGodotenv } from '../../support/godotenv-reader.ts';
import { NASTY } from '../../support/nasty.ts';
import { readPowershell } from '../../support/powershell-reader.ts';
import { whyNot } from '../../support/programs.ts';
import { hasPythonDotenv, readByPythonDotenv } from '../../support/python-dotenv.ts';
import { hasPythonYaml, readByPython } from '../../support/python-yaml.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { anyText } from '../../support/any-text.ts';

const entries = Object.entries(NASTY).map(([variable, value]) => ({ variable, value }));

/** Any text without NUL, with many special characters. */
const text = oneof(
  anyText({ maxLength: 40 }).map((value) => value.replaceAll('\0', '')),
  array(constantFrom(...'\'"`$%{}()#=\\n \t\r\n-ab:<'.split(''), 'EOF', ...Object.values(NASTY)), {
    maxLength: 12,
  }).map((parts) => parts.join('')),
);

const texts = array(text, { maxLength: 8 });

function named(values: readonly string[]) {
  return values.map((value, i) => ({ variable: `v/${i}.a`, value }));
}

function readBack(lines: readonly string[], read: (file: string) => object): unknown {
  return { ...read(lines.map((line) => `${line}\n`).join('')) };
}

/** Variables as a shell that sources `file` would hand them on, if a shell is there. */
async function readByShell(shell: string, file: string): Promise<Record<string, string>> {
  const { folder, write, files } = await createWorkspace({ 'file.env': file });
  await write('read.sh', 'set -a\n. ./file.env\nexec env -0\n');
  const args = shell === 'zsh' ? ['-f', 'read.sh'] : ['read.sh'];
  const { stdout, stderr } = await run(shell, args, { cwd: folder });
  expect(stderr).toBe('');
  expect(await files()).toEqual(['file.env', 'read.sh']);
  const pairs = stdout.toString().split('\0');
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** A .env file of values, and what it has to be read back as. */
function dotenvOf(values: readonly { value: string }[]): [string, Record<string, string>] {
  const lines = values.map(({ value }, i) => `${dotenvLine(`V${i}`, value)}\n`);
  return [lines.join(''), Object.fromEntries(values.map(({ value }, i) => [`V${i}`, value]))];
}

describe('dotenv', () => {
  const attacks = ['`touch pwned`', '$(touch pwned)', ';touch pwned', '& touch pwned\ntouch pwned'];

  /** Any text that passes, with what shells and readers treat specially. */
  const sound = array(oneof(text, constantFrom(...attacks, "it's", 'a\\b', '${A}', '${A:-x}')), {
    maxLength: 8,
  }).map((values) =>
    // SSM cannot hold an empty value.
    named(values.filter((value) => value !== '' && !findDotenvFault(value))),
  );

  test.each([
    ["Node's own reader", parseEnv],
    ['the package dotenv', readDotenv],
    ['godotenv', readGodotenv],
  ])('%s reads back every text without a fault', (_, read) => {
    assert(
      property(sound, (values) => {
        const [file, expected] = dotenvOf(values);
        expect({ ...read(file) }).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['bash', 'dash', 'zsh'].filter((shell) => !whyNot(shell)))(
    '%s reads it back and runs nothing of it',
    async (shell) => {
      const values = sample(sound, 40).flat();
      const [file, expected] = dotenvOf([...values, ...named(attacks)]);
      expect(await readByShell(shell, file)).toMatchObject(expected);
    },
  );

  test.skipIf(!hasPythonDotenv)('python-dotenv reads it back', async () => {
    const [file, expected] = dotenvOf(sample(sound, 100).flat());
    expect(await readByPythonDotenv(file)).toEqual(expected);
  });

  test('refuses the path of a file that it cannot hold', async () => {
    const secret = { name: 'keystore', bytes: Buffer.of(0xff), isSecret: true };
    const run = assignVariables([secret], format.rules, {}, () => "/nowhere/it's $(touch pwned)");
    await expect(run).rejects.toThrow(/^keystore: the path of its file cannot be exported/);
  });

  test('takes no name that would make a line a command', () => {
    for (const name of ['a.b', 'a-b', '2fa', 'a/b', '']) {
      expect(format.rules.allows.test(name)).toBe(false);
    }
  });

  test.each([
    ["it's $HOME", "' together"],
    ["`it's`", "' together"],
    ['a\\\\b', 'two backslashes'],
    ['end\\', 'one at the end'],
    ['${HOME}', 'replace ${'],
    ["it's\r", 'carriage return'],
  ])('refuses %j, on which readers differ', (value, reason) => {
    expect(findDotenvFault(value)).toContain(reason);
  });

  test.each([
    ['plain', `A='plain'`],
    ['$HOME \\n `x`', "A='$HOME \\n `x`'"],
    ["it's", `A="it's"`],
    ['{"a": "$"}', `A='{"a": "$"}'`],
  ])('quotes %s', (value, line) => {
    expect(dotenvLine('A', value)).toBe(line);
  });
});

describe('powershell', () => {
  test('is read back for every text, from ASCII on one line each', () => {
    assert(
      property(texts, (values) => {
        const file = values.map((value, i) => `${powershellLine(`V${i}`, value)}\n`).join('');
        expect(file).toMatch(/^[ -~\n]*$/);
        expect(file.split('\n')).toHaveLength(values.length + 1);
        const expected = Object.fromEntries(values.map((value, i) => [`V${i}`, value]));
        expect(readPowershell(file)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('escapes what PowerShell would replace', () => {
    expect(powershellLine('A', '$x `"\u201D\n')).toBe(
      '$env:A = "`$x ```"$([char]8221)$([char]10)"',
    );
  });
});

const fish = whyNot('fish');

describe('fish', () => {
  test.skipIf(fish)(`reads back every text, also in a path${fish}`, async () => {
    const values = sample(texts, 60).flat();
    const names = values.map((_, i) => `V${i}${i % 2 === 0 ? '_PATH' : ''}`);
    const { folder, write } = await createWorkspace();
    await write(
      'file.fish',
      values.map((value, i) => `${fishLine(names[i] ?? '', value)}\n`).join(''),
    );
    const { stdout } = await run('fish', ['-N', '-c', 'source file.fish; env -0'], { cwd: folder });
    const all = stdout.toString().split('\0');
    const got = new Map(
      all.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    expect(names.map((name) => got.get(name))).toEqual(values);
  });

  test.skipIf(fish)(`loses no value but of the names refused${fish}`, async () => {
    const { folder } = await createWorkspace();
    const script = [
      // Without PATH, no printenv would be found; it is refused as a name that programs obey.
      'for name in (set -n | string match -v PATH)',
      "set -gx $name 'va lue' 2>/dev/null",
      'test (printenv $name | string collect) = "va lue"; or echo =$name',
      'end',
    ].join('\n');
    const { stdout } = await run('fish', ['-N', '-c', script], { cwd: folder });
    const lost = [...stdout.toString().matchAll(/^=(\w+)$/gm)].map(([, name = '']) => name);
    expect(lost.length).toBeGreaterThan(5);
    expect(lost.filter((name) => !fishFormat.rules.findNameFault?.(name, undefined))).toEqual([]);
  });
});

describe('docker', () => {
  test('is read back for every text without a fault', () => {
    assert(
      property(texts, (values) => {
        const sound = values.filter((value) => !findDockerFault(value));
        const lines = sound.map((value, i) => dockerLine(`V${i}`, value));
        const expected = Object.fromEntries(sound.map((value, i) => [`V${i}`, value]));
        expect(readBack(lines, readEnvFile)).toEqual(expected);
      }),
    );
  });

  test('cannot hold a line break, or a carriage return at the end', () => {
    const faulty = entries.filter(({ value }) => findDockerFault(value));
    const names = faulty.map(({ variable }) => variable);
    expect(names).toEqual(['paragraphs', 'carriage', 'windows', 'heredoc']);
  });
});

describe('github', () => {
  test('is read back by the runner for every text', () => {
    assert(
      property(texts, (values) => {
        const blocks = values.map((value, i) => githubBlock(`V${i}`, value, `end-${i}`));
        const expected = Object.fromEntries(values.map((value, i) => [`V${i}`, value]));
        expect(readGithubEnv(`A=1\n\n${blocks.join('')}`)).toEqual({ A: '1', ...expected });
      }),
    );
  });

  test('masks every line of a secret but the short ones, with special characters escaped', () => {
    expect(githubMasks('line\r\n 100%0A\rthree\n\n \n{\n  }\nabc\n')).toBe(
      '::add-mask::line\n::add-mask:: 100%250A\n::add-mask::three\n',
    );
    assert(
      property(text, (value) => {
        const lines = value.split(/[\r\n]+/).filter((line) => line.trim().length > 3);
        expect(readMasks(githubMasks(value))).toEqual(lines);
      }),
    );
  });

  test.each([
    ['{\n"key": 1\n}\n', true, 'sa: 2 lines of three characters or fewer not masked in logs'],
    ['abc', true, 'sa: 1 line of three characters or fewer not masked in logs'],
    ['long enough\n\n', true, undefined],
    ['abc', false, undefined],
  ])('warns about %j if it is secret (%s)', (value, isSecret, message) => {
    const secret = { name: 'sa', isSecret };
    const doubt = github.findDoubt?.({ variable: 'SA', value, secret, isPath: false }, undefined);
    expect(doubt?.message).toBe(message);
  });
});

describe('json and yaml', () => {
  const names = uniqueArray(constantFrom('2', '10', 'on', '__proto__', 'a/b', '~', '-', 'x.y'));

  test('are read back, with names and values', () => {
    assert(
      property(names, texts, (keys, values) => {
        const pairs = keys.map((variable, i) => ({ variable, value: values[i] ?? '' }));
        const expected = new Map(pairs.map(({ variable, value }) => [variable, value]));
        for (const read of [JSON.parse(renderJson(pairs)), parse(renderYaml(pairs))]) {
          expect(new Map(Object.entries(read as object))).toEqual(expected);
        }
      }),
    );
  });

  test('hold the items of a StringList', () => {
    assert(
      property(array(text, { minLength: 1, maxLength: 4 }), (items) => {
        const list = [{ variable: 'hosts', value: items.join(','), items }];
        for (const read of [JSON.parse(renderJson(list)), parse(renderYaml(list))]) {
          expect(read).toEqual({ hosts: items });
        }
      }),
    );
  });

  test.skipIf(!hasPythonYaml)('are read back by PyYAML, a reader of YAML 1.1', async () => {
    expect(await readByPython(renderYaml(entries))).toEqual(NASTY);
  });
});
