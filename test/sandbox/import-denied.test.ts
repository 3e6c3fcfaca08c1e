import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { controlOf } from '../support/control.ts';
import { createPutScene, KIB } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const SECRET = createCanary();

/** The access key of a caller without one action. */
const MOVER = 'AKIAMOVER';
const asMover = { env: { AWS_ACCESS_KEY_ID: MOVER } };
const denyMover = (action: string) =>
  control.disturb({ rules: [{ action, deny: true, accessKeyId: MOVER }] });

async function createSome() {
  const scene = await createPutScene(aws);
  await stored.put(`${scene.prefix}token`, SECRET, { Type: 'SecureString', KeyId: aws.kmskey });
  await stored.put(`${scene.prefix}open`, 'open');
  await scene.put('blob', Buffer.from(SECRET.repeat(4 * KIB)));
  return scene;
}

describe('import without', () => {
  test.each([
    'ssm:DescribeParameters',
    'ssm:GetParameters',
    'ssm:ListTagsForResource',
    's3:GetObject',
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ])('%s names the right and leaves nothing behind', async (action) => {
    const scene = await createSome();
    const before = await scene.text('app.yml');
    await denyMover(action);
    for (const target of [['-o', 'new.yml'], ['--merge', 'app.yml'], []]) {
      const args = ['import', scene.prefix, ...target];
      const { code, stdout, stderr } = await scene.coffer(args, asMover);
      expect(code, stderr).toBe(1);
      expect(stdout).toHaveLength(0);
      expect(stderr).toContain(action);
      expect(stderr).not.toMatch(/^\s+at /m);
      expectHidden(SECRET, { stderr });
    }
    expect(await scene.files()).toEqual(['app.yml']);
    expect(await scene.text('app.yml')).toBe(before);
  });
});

test('import needs no right to write anything in AWS', async () => {
  const scene = await createSome();
  await control.disturb({
    rules: ['ssm:Put*', 'ssm:AddTags*', 's3:PutObject', 'ssm:Delete*'].map((action) => ({
      action,
      deny: true,
      accessKeyId: MOVER,
    })),
  });
  await scene.succeed(['import', scene.prefix, '-o', 'new.yml'], asMover);
  await scene.succeed(['diff', 'new.yml', '--exit-code'], asMover);
});
