import { randomBytes } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { report } from '../../src/actions/report.ts';
import { sync } from '../../src/actions/sync.ts';
import type { Overview } from '../../src/page/model.ts';
import { renderPage } from '../../src/page/page.ts';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
const { tools } = createTools(aws);
const NOW = new Date('2026-11-27T09:30:00Z');

/** Each name with its state in each environment. */
function statesOf({ parameters }: Overview): Record<string, string[]> {
  return Object.fromEntries(
    parameters.map(({ name, cells }) => [
      name,
      cells.map(({ environment, state }) => `${environment} ${state}`),
    ]),
  );
}

/** Two environments, of which the second is not in sync. */
async function createEnvironments() {
  const canary = createCanary();
  const app = await createScene(
    aws,
    secret('same', canary) +
      secret('differs', canary) +
      plain('plain', canary) +
      '  - {name: blob, type: SecureString, file: blob.bin}\n',
    { files: { 'blob.bin': randomBytes(5000) } },
  );
  const text = await app.text('app.yml');
  const other = `path: ${app.prefix}other/`;
  await app.write('other.yml', `${text.replace(/^path: .*$/m, other)}${secret('missing', canary)}`);
  const files = [app.path('app.yml'), app.path('other.yml')];
  await encrypt(tools, files);
  await sync(tools, files, { yes: true });
  await stored.put(`${app.prefix}other/differs`, `${canary}x`, {
    Type: 'SecureString',
    KeyId: aws.kmskey,
    Overwrite: true,
  });
  await stored.put(`${app.prefix}other/extra`, canary, { Description: 'By hand' });
  const [, otherFile = ''] = files;
  const { parameters } = await report(tools, [otherFile], { offline: true });
  expect(parameters).toHaveLength(5);
  await stored.remove(`${app.prefix}other/missing`);
  return { ...app, canary, files };
}

test('puts environments beside each other with their states, and shows no value', async () => {
  const { files, canary, prefix } = await createEnvironments();
  const overview = await report(tools, files, { now: NOW });
  expect(statesOf(overview)).toEqual({
    blob: ['app same', 'other same'],
    differs: ['app same', 'other differs'],
    extra: ['other extra'],
    missing: ['other missing'],
    plain: ['app same', 'other same'],
    same: ['app same', 'other same'],
  });
  const [blob] = overview.parameters;
  expect(blob?.cells[0]).toMatchObject({
    fullName: `${prefix}blob`,
    store: 's3',
    fits: 's3',
    regions: [{ region: REGION, state: 'same', version: 1, differences: [] }],
  });
  expect(Date.parse(blob?.cells[0]?.regions[0]?.modified ?? '')).toBeGreaterThan(0);
  // Two keys, and a hundredth of a GiB, which does not tell the size of the secret.
  expect(overview.environments[0]?.monthly).toBeCloseTo(2.00023, 6);
  expect(overview.environments[0]?.bill.storage).toBe(0.01);
  expectReportOf('report', overview);
  expectHidden(canary, { report: JSON.stringify(overview), page: renderPage(overview) });
  expect(renderPage(overview)).toContain('By hand');
});

test('with history it also says every version, without values', async () => {
  const { files, canary } = await createEnvironments();
  const overview = await report(tools, files, { now: NOW, history: true });
  const differs = overview.parameters.find(({ name }) => name === 'differs');
  expect(
    differs?.cells.map(({ regions }) => regions[0]?.versions?.map(({ version }) => version)),
  ).toEqual([[1], [2, 1]]);
  expectReportOf('report', overview);
  expectHidden(canary, { report: JSON.stringify(overview), page: renderPage(overview) });
});

test('without decrypting, secrets that are there are closed', async () => {
  const { files } = await createEnvironments();
  const overview = await report(tools, files, { now: NOW, noDecrypt: true });
  expect(statesOf(overview)).toEqual({
    blob: ['app same', 'other same'],
    differs: ['app closed', 'other closed'],
    extra: ['other extra'],
    missing: ['other missing'],
    plain: ['app same', 'other same'],
    same: ['app closed', 'other closed'],
  });
});

test('offline it says what manifests say', async () => {
  const app = await createScene(aws, secret('a', 'value') + plain('b', 'value'));
  const nowhere = createTools({ ...aws, endpoint: 'http://127.0.0.1:9' });
  const overview = await report(nowhere.tools, [app.path('app.yml')], { offline: true, now: NOW });
  expect(statesOf(overview)).toEqual({ a: ['app unknown'], b: ['app unknown'] });
  expect(overview).toMatchObject({ isCompared: false, madeAt: '2026-11-27T09:30:00.000Z' });
  expectReportOf('report', overview);
});

test('a manifest with a secret in plaintext does not cost the others their columns', async () => {
  const { files, write, prefix } = await createEnvironments();
  await write(
    'plain.yml',
    `path: ${prefix}plain/\nregion: ${REGION}\nkmskey: ${aws.kmskey}\nparameters:\n${secret('x', 'unsealed secret')}${plain('y', 'text')}`,
  );
  const overview = await report(tools, [...files, files[0]?.replace('app.yml', 'plain.yml') ?? '']);
  expect(statesOf(overview)).toMatchObject({
    same: ['app same', 'other same'],
    x: ['plain missing'],
    y: ['plain missing'],
  });
  expect(overview.environments[2]?.problems).toMatchObject([{ code: 'plaintext' }]);
  expectHidden('unsealed secret', { page: renderPage(overview) });
  expectReportOf('report', overview);
});

test('refuses a file that is named twice, by whatever name', async () => {
  const app = await createScene(aws, plain('b', 'value'));
  await symlink('app.yml', app.path('link.yml'));
  for (const [other, message] of [
    ['app.yml', /app\.yml is named twice$/],
    ['link.yml', /app\.yml and .*link\.yml are the same file$/],
  ] as const) {
    const error = await failureOf(() => report(tools, [app.path('app.yml'), app.path(other)]));
    expect(error.code).toBe('usage');
    expect(error.message).toMatch(message);
  }
});

test('fails if it cannot read anything, and says how to get a page without AWS', async () => {
  const app = await createScene(aws, plain('b', 'value'));
  const nowhere = createTools({ ...aws, endpoint: 'http://127.0.0.1:9' });
  const error = await failureOf(() => report(nowhere.tools, [app.path('app.yml')]));
  expect(error.code).toBe('network');
  expect(error.hint).toContain('coffer report --offline');
});
