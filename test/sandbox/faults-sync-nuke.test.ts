import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const { disturb } = controlOf(aws);
const stored = storedIn(aws);

async function createSaved() {
  const texts = Array.from({ length: 35 }, (_, i) => `  - {name: p${i}, type: String, value: x}\n`);
  const app = await createScene(
    aws,
    `${texts.join('')}  - {name: blob, type: SecureString, file: blob.bin}\n`,
    { files: { 'blob.bin': randomBytes(5000) } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  return app;
}

test('nuke lists what it could not delete, and the same command finishes', async () => {
  const app = await createSaved();
  const [key = ''] = await stored.objects(app.prefix);
  await disturb({ rules: [{ action: 's3:DeleteObject', deny: true }] });
  const { code, stdout, stderr } = await app.coffer(['nuke', 'app.yml', '--yes', '--json']);
  expect(code).toBe(4);
  expect(stderr).toContain(`${key}: s3:DeleteObject`);
  expect(stderr).toContain('36 done, 1 failed, 0 not started');
  expect(JSON.parse(stdout.toString())).toMatchObject({ manifests: [{ objects: [] }] });
  expect(await stored.values(app.prefix)).toEqual({});
  expect(await stored.objects(app.prefix)).toEqual([key]);
  await disturb({});
  await app.succeed(['nuke', 'app.yml', '--yes']);
  expect(await stored.objects(app.prefix)).toEqual([]);
});

test('nuke keeps an object whose pointer it could not delete', async () => {
  const app = await createSaved();
  await disturb({ rules: [{ action: 'ssm:DeleteParameters', deny: true }] });
  const { code, stderr } = await app.coffer(['nuke', 'app.yml', '--yes']);
  expect(code).toBe(1);
  expect(stderr).toContain('ssm:DeleteParameters');
  expect(await stored.objects(app.prefix)).toHaveLength(1);
  expect(Object.keys(await stored.values(app.prefix))).toHaveLength(36);
});
