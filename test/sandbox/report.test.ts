import { stat, symlink } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { controlOf } from '../support/control.ts';
import { OTHER, useRegions } from '../support/regions.ts';
import { expectReport } from '../support/reports.ts';
import { createRepository } from '../support/repository.ts';
import { createScene, plain, secret } from '../support/scene.ts';

const aws = await useAws();
const { callsOf, disturb } = controlOf(aws);
const regions = await useRegions(aws);
await aws.createKey(aws.fileKeyAlias);

const START = '<!doctype html>\n';

async function createSynced() {
  const canary = createCanary();
  const app = await createScene(aws, secret('token', canary) + plain('level', 'info'));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  return { ...app, canary };
}

test('the page goes to a file, or to standard output; with --json there is a report as well', async () => {
  const app = await createSynced();
  const { stdout } = await app.succeed(['report', 'app.yml']);
  expect(stdout.toString().startsWith(START)).toBe(true);
  const dash = await app.succeed(['report', 'app.yml', '-o', '-']);
  expect(dash.stdout.toString().startsWith(START)).toBe(true);
  const filed = await app.succeed(['report', 'app.yml', '-o', 'report.html']);
  expect([filed.stdout.length, filed.stderr]).toEqual([
    0,
    'report.html written with 1 environment\n',
  ]);
  const page = await app.text('report.html');
  expect(page.startsWith(START) && page.endsWith('</html>\n')).toBe(true);
  expect((await stat(app.path('report.html'))).mode & 0o111).toBe(0);

  const both = await app.succeed(['report', 'app.yml', '-o', 'again.html', '--json']);
  expectReport('report', both.stdout.toString());
  expect(await app.text('again.html')).toContain('</html>');
  expectHidden(app.canary, { page, stdout: both.stdout, debug: both.stderr });
});

test('an older page stays if a new one cannot be made', async () => {
  const app = await createSynced();
  await app.write('report.html', '<!DOCTYPE html>older');
  await disturb({ rules: [{ action: 'ssm:*', deny: true }] });
  const { code, stderr } = await app.coffer(['report', 'app.yml', '-o', 'report.html']);
  expect(code).toBe(1);
  expect(stderr).toContain('--offline');
  expect(await app.text('report.html')).toBe('<!DOCTYPE html>older');
});

test('a folder that is not there is found before AWS is asked', async () => {
  const app = await createSynced();
  const calls = await callsOf(async () => {
    const { code, stderr } = await app.coffer(['report', 'app.yml', '-o', 'none/report.html']);
    expect(code, stderr).toBeGreaterThan(0);
    expect(stderr).toContain('none');
  });
  expect(calls).toEqual({});
});

test('writes over no manifest, no other file and no link', async () => {
  const app = await createSynced();
  const before = await app.text('app.yml');
  await app.write('notes.txt', 'mine');
  await symlink('notes.txt', app.path('link.html'));
  for (const name of ['app.yml', 'notes.txt', 'link.html']) {
    const { code, stderr } = await app.coffer(['report', 'app.yml', '--offline', '-o', name]);
    expect(stderr).toMatch(`coffer: error: ${name} is there, and is no p`);
    expect(code).toBe(2);
  }
  expect([await app.text('app.yml'), await app.text('notes.txt')]).toEqual([before, 'mine']);
  await app.write('empty.html', '');
  await app.succeed(['report', 'app.yml', '--offline', '-o', 'empty.html']);
  await app.succeed(['report', 'app.yml', '--offline', '-o', 'empty.html']);
});

test('a terminal gets no page', async () => {
  const app = await createSynced();
  let said = '';
  const stream = (isTTY: boolean) =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _, done) {
          said += chunk.toString();
          done();
        },
      }),
      { isTTY },
    );
  const stdin = Object.assign(Readable.from([]), { isTTY: false });
  const streams = { stdin, stdout: stream(true), stderr: stream(false) };
  expect(await main(['report', app.path('app.yml')], {}, streams)).toBe(2);
  expect(said).toMatch(/a page is not for a terminal\n.*-o report\.html/);
});

test('without kms:Decrypt secrets are closed, and the rest is there', async () => {
  const app = await createSynced();
  await disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
  const { stdout, stderr } = await app.succeed(['report', 'app.yml', '--json']);
  expect(stderr).toBe('');
  const report = expectReport('report', stdout.toString());
  expect(report).toMatchObject({
    environments: [{ problems: [] }],
    total: { counts: { same: 1, closed: 1, error: 0 } },
  });
});

test('without any right it says which ones are refused, what helps first', async () => {
  const app = await createSynced();
  await app.write('other.yml', (await app.text('app.yml')).replace('path: /', 'path: /other/'));
  await disturb({ rules: [{ action: '*', deny: true }] });
  const { code, stderr } = await app.coffer(['report', 'app.yml', 'other.yml', '-o', 'r.html']);
  expect(code).toBe(1);
  const refused = [...stderr.matchAll(/error: (?:token cannot be decrypted: )?(\w+:\w+)/g)];
  expect(refused.map(([, action]) => action)).toEqual([
    'ssm:DescribeParameters',
    'kms:Decrypt',
    'ssm:DescribeParameters',
  ]);
  expect(stderr.match(/--offline/g)).toHaveLength(1);
});

test('a region that fails has its place in the page, and coffer exits 4', async () => {
  const app = await regions.createApp();
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await disturb({ rules: [{ action: 'ssm:DescribeParameters', region: OTHER, deny: true }] });
  const args = ['report', 'app.yml', '-o', 'report.html', '--json'];
  const { code, stdout, stderr } = await app.coffer(args);
  expect([code, stderr]).toEqual([4, expect.stringContaining(`${OTHER}: ssm:`)]);
  expect(expectReport('report', stdout.toString())).toMatchObject({
    error: { code: 'partial' },
    environments: [{ regions: [{}, { region: OTHER, problem: { code: 'denied' } }] }],
    total: { counts: { error: 3 } },
    parameters: [
      { name: 'blob', cells: [{ regions: [{ state: 'same' }, { state: 'error' }] }] },
      {},
      {},
    ],
  });
  const page = await app.text('report.html');
  expect(page).toContain('Not read');
  expect(page).toContain(`${OTHER}: ssm:`);
});

test('a value that does not open closes its environment, and coffer exits 4', async () => {
  const app = await createSynced();
  const sealed = (await app.text('app.yml')).replace('name: token', 'name: other');
  await app.write('app.yml', sealed);
  const { code, stdout, stderr } = await app.coffer(['report', 'app.yml', '--json']);
  expect([code, stderr]).toEqual([4, expect.stringContaining('other')]);
  expect(expectReport('report', stdout.toString())).toMatchObject({
    environments: [{ problems: [{ code: 'tampered' }] }],
    total: { counts: { same: 1, missing: 1, extra: 1 } },
  });
});

test('without the right to read versions the page has the rest', async () => {
  const app = await createSynced();
  await disturb({ rules: [{ action: 'ssm:GetParameterHistory', deny: true }] });
  const { code, stdout } = await app.coffer(['report', 'app.yml', '--history', '--json']);
  expect(code).toBe(4);
  expect(expectReport('report', stdout.toString())).toMatchObject({
    error: { code: 'partial' },
    total: { counts: { same: 2 } },
  });
});

test('says which commit it is from, and whether the manifest is as committed', async () => {
  const app = await createSynced();
  const repository = await createRepository({ 'app.yml': await app.text('app.yml') });
  await repository.git('add', '.');
  await repository.git('commit', '--quiet', '-m', 'x');
  const id = (await repository.git('rev-parse', 'HEAD')).trim();
  const file = repository.path('app.yml');
  const commitIn = async () => {
    const { stdout } = await app.succeed(['report', file, '--json']);
    return expectReport('report', stdout.toString());
  };
  expect(await commitIn()).toMatchObject({ environments: [{ commit: { id, isChanged: false } }] });
  await repository.write('app.yml', `${await app.text('app.yml')}\n# more\n`);
  expect(await commitIn()).toMatchObject({ environments: [{ commit: { id, isChanged: true } }] });
});
