import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

/** 25 parameters, one of them a blob, and one of somebody else's under the same path. */
async function createSaved() {
  const names = Array.from({ length: 24 }, (_, i) => `p${String(i).padStart(2, '0')}`);
  const app = await createScene(
    aws,
    names.map((name) => `  - {name: ${name}, type: String, value: x}\n`).join('') +
      '  - {name: blob, type: SecureString, file: blob.bin}\n',
    { files: { 'blob.bin': randomBytes(5000) } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await stored.put(`${app.prefix}foreign`, 'of no manifest');
  return { ...app, names: [...names, 'blob'].map((name) => `${app.prefix}${name}`) };
}

test('lists what it will delete, and deletes nothing without --yes and a terminal', async () => {
  const app = await createSaved();
  const [key = ''] = await stored.objects(app.prefix);
  const { code, stderr } = await app.coffer(['nuke', 'app.yml']);
  expect(code).toBe(1);
  for (const name of app.names) expect(stderr).toContain(`  ${name}\n`);
  expect(stderr).toContain(`  s3://${aws.bucket}/${key}\n`);
  expect(stderr).not.toContain('foreign');
  expect(Object.keys(await stored.values(app.prefix))).toHaveLength(26);
  expect(await stored.objects(app.prefix)).toEqual([key]);
});

test('--dry-run says what it would delete, and deletes nothing', async () => {
  const app = await createSaved();
  const [key = ''] = await stored.objects(app.prefix);
  const { stdout, stderr } = await app.succeed(['nuke', 'app.yml', '--dry-run', '--json']);
  expect(stderr).toContain(`  s3://${aws.bucket}/${key}\n`);
  expect(JSON.parse(stdout.toString())).toEqual({
    version: 1,
    manifests: [
      { file: 'app.yml', region: REGION, deleted: app.names, missing: [], objects: [key] },
    ],
  });
  expect(Object.keys(await stored.values(app.prefix))).toHaveLength(26);
});

test("deletes the manifest's parameters and objects, and no others", async () => {
  const app = await createSaved();
  const { stdout } = await app.succeed(['nuke', 'app.yml', '--yes', '--json']);
  const report = JSON.parse(stdout.toString()) as { manifests: { deleted: string[] }[] };
  expect(report).toMatchObject({ version: 1, manifests: [{ file: 'app.yml', missing: [] }] });
  expect(report.manifests[0]?.deleted.toSorted()).toEqual(app.names.toSorted());
  expect(await stored.values(app.prefix)).toEqual({ foreign: 'of no manifest' });
  expect(await stored.objects(app.prefix)).toEqual([]);
});

test('accepts missing parameters', async () => {
  const app = await createSaved();
  const [first = '', second = ''] = app.names;
  await stored.remove(first, second);
  const { stderr } = await app.succeed(['nuke', 'app.yml', '--yes']);
  expect(stderr).toContain('23 parameters deleted, 2 not found');
  const again = await app.succeed(['nuke', 'app.yml', '--yes']);
  expect(again.stderr).toContain('0 parameters deleted, 25 not found');
});

test('--keep-objects keeps the objects', async () => {
  const app = await createSaved();
  const keys = await stored.objects(app.prefix);
  const { stderr } = await app.succeed(['nuke', 'app.yml', '--yes', '--keep-objects']);
  expect(stderr).not.toContain('s3://');
  expect(await stored.objects(app.prefix)).toEqual(keys);
  expect(await stored.values(app.prefix)).toEqual({ foreign: 'of no manifest' });
});

test('accepts several manifests, and decrypts nothing', async () => {
  const app = await createScene(aws, '  - {name: x, type: String, value: x}\n');
  await app.write(
    'web.yml',
    `path: ${app.prefix}web/\nregion: ${REGION}\nkmskey: ${aws.kmskey}\nparameters:\n` +
      '  - {name: plain, type: SecureString, value: not encrypted}\n',
  );
  await app.succeed(['sync', 'app.yml', '--yes']);
  await stored.put(`${app.prefix}web/plain`, 'x');
  await app.succeed(['nuke', 'app.yml', 'web.yml', '--yes']);
  expect(await stored.values(app.prefix)).toEqual({});
});
