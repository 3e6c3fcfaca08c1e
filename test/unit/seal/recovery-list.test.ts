import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { dataKeyContext } from '../../../src/crypto/contexts.ts';
import { recoveryDigest } from '../../../src/crypto/recovery.ts';
import { RecoveryList } from '../../../src/seal/recovery.ts';

const noKms = () => Promise.reject(new Error('age needs no KMS'));

async function listThatIs(trusted: boolean) {
  const recipient = await identityToRecipient(await generateX25519Identity());
  let asked = 0;
  const list = new RecoveryList([recipient], noKms, () => {
    asked += 1;
    return trusted ? Promise.resolve() : Promise.reject(new Error('nobody vouches for it'));
  });
  const context = dataKeyContext({
    path: '/app/',
    region: 'us-east-1',
    recovery: recoveryDigest([recipient]),
  });
  return { recipient, context, list, timesAsked: () => asked };
}

test('a data key is wrapped for nobody before somebody vouches for the recovery list', async () => {
  const { list, context } = await listThatIs(false);
  await expect(list.wrap(Buffer.alloc(32), context)).rejects.toThrow('nobody vouches for it');
});

test('a recovery list is vouched for once, however many data keys are wrapped for it', async () => {
  const { list, context, recipient, timesAsked } = await listThatIs(true);
  const wraps = await Promise.all([1, 2].map((n) => list.wrap(Buffer.alloc(32, n), context)));
  expect(wraps.map((wrap) => Object.keys(wrap ?? {}))).toEqual([[recipient], [recipient]]);
  expect(timesAsked()).toBe(1);
});
