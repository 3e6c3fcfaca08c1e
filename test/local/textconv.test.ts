import { chmod, mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createCanary, expectHidden } from '../support/canary.ts';
import { CLI, coffer } from '../support/cli.ts';
import { createRepository, sealedManifest } from '../support/repository.ts';

test('git diff shows changes by parameter, masked', async () => {
  const canary = createCanary();
  const plain = `  - {name: p, type: SecureString, value: ${canary}}\n`;
  const app = await createRepository({ 'app.yml': sealedManifest(`${plain}# one\n`) });
  await app.write('.gitignore', 'node_modules/\n');
  await mkdir(app.path('node_modules/.bin'), { recursive: true });
  await chmod(CLI, 0o755);
  await symlink(CLI, app.path('node_modules/.bin/coffer'));
  await coffer(['git', 'install'], { cwd: app.folder });
  await app.git('add', 'app.yml');
  await app.git('commit', '--quiet', '--message=one');
  const changed = sealedManifest(`${plain.replace(canary, `${canary}!`)}# two\n`);
  await app.write('app.yml', changed.replace(/(ENC\[.*)....\]/, '$1AAAA]'));
  const diff = await app.git('diff', '--unified=0');
  const lines = diff.split('\n').filter((line) => /^[-+][^-+]/.test(line));
  expect(lines).toEqual([
    expect.stringMatching(
      /^-  - \{name: sealed, type: securestring, value: ENC\[…[0-9a-f]{8}\]\}$/,
    ),
    expect.stringMatching(
      /^\+  - \{name: sealed, type: securestring, value: ENC\[…[0-9a-f]{8}\]\}$/,
    ),
    '-# one',
    '+# two',
  ]);
  const cached = await app.git('log', '--patch', 'refs/notes/textconv/coffer');
  expect(cached).toContain('ENC[…');
  expectHidden(canary, { diff, cached });
});

test('prints a file that is not a manifest unchanged; reports a missing file', async () => {
  const binary = Buffer.from([0xff, 0xfe, 0, 10]);
  const app = await createRepository({ 'broken.yml': 'a: {b', 'binary.yml': binary });
  const textconv = (file: string) => coffer(['textconv', file], { cwd: app.folder });
  expect((await textconv('broken.yml')).stdout.toString()).toBe('a: {b');
  expect((await textconv('binary.yml')).stdout).toEqual(binary);
  const missing = await textconv('missing.yml');
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('cannot read missing.yml');
});

function template(script: string): string {
  return `parameters:
  - name: steps
    type: stepList
    default:
      - script: ${script}
`;
}

test('a change of another kind of YAML that has parameters is shown', async () => {
  const app = await createRepository({ 'pipeline.yml': template('make test') });
  const textconv = () => coffer(['textconv', 'pipeline.yml'], { cwd: app.folder });
  expect((await textconv()).stdout.toString()).toBe(template('make test'));
  await app.write('pipeline.yml', template('curl example.com'));
  expect((await textconv()).stdout.toString()).toBe(template('curl example.com'));
});
