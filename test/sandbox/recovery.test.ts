import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { policy } from '../../src/actions/policy.ts';
import { recovery } from '../../src/actions/recovery.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { createAws } from '../../src/aws/index.ts';
import type { Role } from '../../src/access/policy/roles.ts';
import { recoveryDigest } from '../../src/crypto/recovery.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { failureOf } from '../support/failure.ts';
import { policiesOf } from '../support/policies.ts';
import { createRecoverable, gapsOf, valuesOf, type Recoverable } from '../support/recovery.ts';
import { secret } from '../support/scene.ts';
import { sessionAt } from '../support/services.ts';

const aws = await useAws();
const control = controlOf(aws);
const blob = (name: string) =>
  `  - {name: ${name}, type: SecureString, store: s3, value: ${name}}\n`;

/** Tools of somebody with exactly the printed policy of a role. */
async function inRole({ tools, file }: Recoverable, role: Role): Promise<Tools> {
  const accessKeyId = `AKIA${aws.unique('role').replaceAll('-', '').toUpperCase()}`;
  await policiesOf(aws).put(accessKeyId, await policy(tools, [file], { for: role }));
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  return { ...tools, aws: createAws({ ...sessionAt(aws.endpoint), credentials }) };
}

async function append({ app }: Recoverable, parameters: string) {
  await app.write('app.yml', (await app.text('app.yml')) + parameters);
}

describe('recovery', () => {
  test('does not open what the caller is denied, although the identity is there', async () => {
    const { app, withSafe } = await createRecoverable(aws, secret('a', 'one'));
    await control.disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
    expect((await failureOf(() => valuesOf(withSafe, app))).code).toBe('denied');
  });

  test('costs one call for each KMS recovery key and new data key', async () => {
    const scene = await createRecoverable(aws, secret('a', 'one'));
    const { tools, file } = scene;
    await append(scene, secret('b', 'two'));
    expect(await control.callsOf(() => encrypt(tools, [file]))).toEqual({
      'kms:DescribeKey': 1,
      'kms:Decrypt': 1,
    });
    await append(scene, blob('big') + blob('more'));
    expect(await control.callsOf(() => encrypt(tools, [file]))).toEqual({
      'kms:DescribeKey': 1,
      'kms:Decrypt': 1,
      'kms:GenerateDataKey': 2,
      'kms:Encrypt': 2,
    });
  });

  test('works with the printed policies: authors wrap, and only admins open', async () => {
    const scene = await createRecoverable(aws, secret('a', 'one') + blob('big'));
    const { app, file, far, fileKey } = scene;
    await append(scene, blob('more'));
    await encrypt(await inRole(scene, 'author'), [file]);
    expect(await gapsOf(file)).toEqual([]);
    await recovery(await inRole(scene, 'admin'), 'restore', [file], [], { yes: true });
    const next = await readManifest(file);
    expect(next.encryptedWith).toBe(fileKey);

    const admin = await inRole(scene, 'admin');
    await aws.kms.send(new DisableKeyCommand({ KeyId: fileKey }));
    expect(await valuesOf(admin, app)).toEqual({ a: 'one', big: 'big', more: 'more' });
    const author = await inRole(scene, 'author');
    const denied = await failureOf(() => valuesOf(author, app));
    expect([denied.code, denied.hint]).toEqual(['key', expect.stringContaining(far)]);
  });

  test('takes an acceptance from an author who cannot check the list', async () => {
    const scene = await createRecoverable(aws, secret('a', 'one'));
    const { file, said } = scene;
    const by = await inRole(scene, 'author-write-only');
    const { host } = by;
    const unasked = { ...by, host: { ...host, confirm: () => Promise.reject(new Error('asked')) } };
    await append(scene, secret('b', 'two'));
    await expect(encrypt(unasked, [file])).rejects.toThrow('asked');
    const { recovery: list } = await readManifest(file);
    await encrypt(unasked, [file], { acceptRecovery: recoveryDigest(list) });
    expect(said.questions).toEqual([]);
    expect(await gapsOf(file)).toEqual([]);
    const { dataKeys } = await readManifest(file);
    expect(new Set(Object.values(dataKeys).map(({ author }) => author))).toEqual(
      new Set([undefined, 'write-only']),
    );
  });
});
