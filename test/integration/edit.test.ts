import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { writeEditor } from '../support/editor.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

/** The output of `coffer decrypt --json`. */
function valuesOf(stdout: Buffer): Record<string, string> {
  const { parameters } = JSON.parse(String(stdout)) as {
    parameters: { name: string; type: string; value: string }[];
  };
  return Object.fromEntries(parameters.map(({ name, type, value }) => [name, `${type} ${value}`]));
}

test('changes only the edited lines', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
  const app = await createScene(aws, names.map((name) => secret(name, `${name}, 1`)).join(''));
  const git = async (...args: string[]) => {
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];
    return String((await run('git', [...identity, ...args], { cwd: app.folder })).stdout).trim();
  };
  const edit = async (body: string) => {
    const { stderr } = await app.succeed(['edit', 'app.yml', '--yes'], {
      env: await writeEditor(app, body),
    });
    const lines = await git('diff', '--numstat', 'app.yml');
    await git('commit', '-qam', 'edited');
    return { stderr, lines };
  };
  await app.succeed(['encrypt', 'app.yml']);
  await git('init', '-q');
  await git('add', 'app.yml');
  await git('commit', '-qm', 'sealed');

  expect(await edit("text = text.replace('p17, 1', 'p17, 2');")).toEqual({
    stderr: 'changed p17\n',
    lines: '1\t1\tapp.yml',
  });
  expect(await edit("text = text.replace('parameters:', '# all of them\\nparameters:');")).toEqual({
    stderr: 'app.yml: saved; no parameter changed\n',
    lines: '1\t0\tapp.yml',
  });
  const { stderr, lines } = await edit(`
    text = text.replace('name: p3,', 'name: renamed/p3,').replace(/.*name: p4,.*\\n/, '');
    text = text.replace('name: p5, type: securestring', 'name: p5, type: String');
    text += '  - {name: added, type: SecureString, value: new}\\n';
  `);
  expect(stderr.trim().split('\n')).toEqual([
    'added renamed/p3',
    'changed p5',
    'added added',
    'removed p3',
    'removed p4',
  ]);
  expect(lines).toBe('3\t3\tapp.yml');

  const { stdout } = await app.succeed(['decrypt', 'app.yml', '--json']);
  const values = new Map(names.map((name) => [name, `SecureString ${name}, 1`]));
  values.set('p5', 'String p5, 1').set('p17', 'SecureString p17, 2');
  values.set('renamed/p3', 'SecureString p3, 1').set('added', 'SecureString new');
  for (const name of ['p3', 'p4']) values.delete(name);
  expect(valuesOf(stdout)).toEqual(
    Object.fromEntries([...values].map(([name, value]) => [app.prefix + name, value])),
  );
}, 60_000);

test('seals plaintext in an old and in a new manifest', async () => {
  const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
  const env = await writeEditor(
    app,
    "console.log('an editor talks'); text = text.replace('one', 'three');",
  );
  const { stdout } = await app.succeed(['edit', 'app.yml', '--json'], { env });
  expect(JSON.parse(String(stdout))).toMatchObject({
    version: 1,
    manifests: [
      {
        file: 'app.yml',
        changed: true,
        sealed: [{ name: 'a' }, { name: 'b' }],
        changes: [
          { name: 'a', change: 'changed' },
          { name: 'b', change: 'changed' },
        ],
      },
    ],
  });
  expect(await app.text('app.yml')).not.toMatch(/one|two|three/);
  expect([await app.value('a'), await app.value('b')]).toEqual(['three', 'two']);

  const untouched = await app.succeed(['edit', 'new.yml'], { env: { EDITOR: 'true' } });
  expect(untouched.stderr).toBe('new.yml: nothing changed\n');
  expect(await app.files()).not.toContain('new.yml');
  const filled = "text = text.replace(/value: .*/, 'value: first');";
  await app.succeed(['edit', 'new.yml'], { env: await writeEditor(app, filled) });
  expect(await app.text('new.yml')).toMatch(/^path: \/new\/.*\nregion: us-east-1\n/);
  expect(await app.text('new.yml')).toContain(`region: ${REGION}`);
  const { stdout: value } = await app.succeed(['decrypt', 'new.yml', '--value', 'example']);
  expect(String(value)).toBe('first');
});
