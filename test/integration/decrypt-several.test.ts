import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();

/** Encrypted manifests in app.yml and below teams/, and their texts before. */
async function createTeams(): Promise<Scene & { texts: Record<string, string> }> {
  const app = await createScene(aws, `# all\n  - {name: a, type: SecureString, value: one}\n`);
  const text = await app.text('app.yml');
  const texts: Record<string, string> = {
    'app.yml': text,
    'teams/x.yml': `---\n${text.replace('value: one', 'value: two')}`,
    'teams/y.yml': text.replace('value: one', 'value: three').trimEnd(),
  };
  await mkdir(app.path('teams'));
  for (const [file, text] of Object.entries(texts)) await app.write(file, text);
  await app.succeed(['encrypt', ...Object.keys(texts)]);
  return { ...app, texts };
}

const valuesIn = (stdout: Buffer) =>
  parseAllDocuments(stdout.toString()).map((document) =>
    document.getIn(['parameters', 0, 'value']),
  );

test('several manifests are YAML documents, each with the name of its file', async () => {
  const app = await createTeams();
  const files = Object.keys(app.texts);
  const { stdout } = await app.succeed(['decrypt', ...files]);
  expect(valuesIn(stdout)).toEqual(['one', 'two', 'three']);
  const [one = '', two = '', three = ''] = Object.values(app.texts);
  expect(stdout.toString()).toBe(
    `---\n# app.yml\n${one}...\n# teams/x.yml\n${two}---\n# teams/y.yml\n${three}\n`,
  );
  const { stdout: json } = await app.succeed(['decrypt', ...files, '--json']);
  expect(JSON.parse(json.toString())).toMatchObject({
    manifests: [
      { file: 'app.yml', parameters: [{ value: 'one' }] },
      { file: 'teams/x.yml', parameters: [{ value: 'two' }] },
      { file: 'teams/y.yml', parameters: [{ value: 'three' }] },
    ],
  });
});

test('--out-dir keeps their paths, and gives them to their owner alone', async () => {
  const app = await createTeams();
  const files = Object.keys(app.texts);
  const { stdout } = await app.succeed(['decrypt', ...files, '--out-dir', 'out']);
  expect(stdout.toString()).toBe('');
  for (const [file, text] of Object.entries(app.texts)) {
    expect(await app.text(`out/${file}`)).toBe(text);
    expect((await stat(app.path(`out/${file}`))).mode & 0o777).toBe(0o600);
  }
  expect((await stat(app.path('out/teams'))).mode & 0o777).toBe(0o700);

  const again = await app.coffer(['decrypt', ...files, '--out-dir', 'out']);
  expect([again.code, again.stderr]).toEqual([
    2,
    expect.stringMatching(/app\.yml already exists[\s\S]*y\.yml already exists/),
  ]);
  await app.write('out/app.yml', 'old');
  const call = ['decrypt', 'app.yml', '--out-dir', 'out', '--overwrite', '--json'];
  expect(JSON.parse((await app.succeed(call)).stdout.toString())).toEqual({
    version: 1,
    manifests: [{ file: 'app.yml', to: 'out/app.yml' }],
  });
  expect(await app.text('out/app.yml')).toBe(app.texts['app.yml']);
});

test('one that fails does not keep the others from it', async () => {
  const app = await createTeams();
  const sealed = await app.text('teams/x.yml');
  await app.write('teams/x.yml', sealed.replace('path: ', 'path: /other'));
  for (const flags of [[], ['--json'], ['--out-dir', 'out', '--json']]) {
    const call = ['decrypt', ...Object.keys(app.texts), ...flags];
    const { code, stdout, stderr } = await app.coffer(call);
    expect([code, stderr]).toEqual([4, expect.stringContaining('teams/x.yml: ')]);
    if (flags.length === 0) expect(valuesIn(stdout)).toEqual(['one', 'three']);
    else {
      expect(JSON.parse(stdout.toString())).toMatchObject({
        manifests: [{ file: 'app.yml' }, { file: 'teams/y.yml' }],
        error: { code: 'partial' },
      });
    }
  }
  expect(await app.text('out/teams/y.yml')).toBe(app.texts['teams/y.yml']);
  await expect(stat(app.path('out/teams/x.yml'))).rejects.toThrow('ENOENT');
});

test('plaintext has no place in other folders, or where two would become one', async () => {
  const app = await createTeams();
  await app.write('elsewhere/keep', '');
  await mkdir(app.path('out'));
  await symlink('../elsewhere', app.path('out/teams'));
  const sealed = await app.text('app.yml');
  for (const [args, says] of [
    [['app.yml', './app.yml', '--out-dir', 'out'], /app\.yml and \.\/app\.yml would both become/],
    [['app.yml', '--out-dir', '.', '--overwrite'], /is the manifest itself/],
    [['teams/x.yml', '--out-dir', 'out'], /out\/teams is a link/],
    [['app.yml', 'teams/x.yml', '--value', 'a'], /one manifest at a time/],
    [['app.yml', '--value', 'a', '--out-dir', 'out'], /does not go together/],
    [['app.yml', '--overwrite'], /needs --out-dir/],
  ] as const) {
    const { code, stderr } = await app.coffer(['decrypt', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
  }
  const below = await app.coffer(['decrypt', `${app.folder}/../x.yml`, '--out-dir', 'out']);
  expect(below.stderr).toMatch(/is outside of this folder/);
  expect(await readFile(app.path('app.yml'), 'utf8')).toBe(sealed);
  await expect(stat(app.path('elsewhere/x.yml'))).rejects.toThrow('ENOENT');
});

test('says so where git would take plaintext in', async () => {
  const app = await createTeams();
  execFileSync('git', ['init', '--quiet'], { cwd: app.folder });
  const call = ['decrypt', 'app.yml', 'teams/x.yml', '--out-dir', 'out', '--overwrite'];
  expect((await app.succeed(call)).stderr).toContain('git does not ignore 2 files with plaintext');
  await app.write('.gitignore', 'out/teams\n');
  expect((await app.succeed(call)).stderr).toContain('git does not ignore 1 file with plaintext');
  await app.write('.gitignore', 'out/\n');
  expect((await app.succeed(call)).stderr).not.toContain('git does not ignore');
});
