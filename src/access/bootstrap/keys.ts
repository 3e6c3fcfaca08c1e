import type { KeyStore } from '../../aws/keys.ts';
import { describeSpare } from '../../aws/spare-key.ts';
import type { KmsService } from '../../aws/kms.ts';
import { CofferError } from '../../errors.ts';
import type { KeyNeed } from './needs.ts';
import type { Step } from './step.ts';

const WHY = {
  'file key': 'encrypts values in git',
  kmskey: 'encrypts values in AWS',
} as const satisfies Record<KeyNeed['what'], string>;

/**
 * The steps to a usable, rotated key.
 * @throws CofferError `key` if it is missing and cannot be created, or exists but is unusable
 */
export async function planKey(
  need: KeyNeed,
  services: { keys: KeyStore; kms: KmsService },
): Promise<Step> {
  const { what, id, region, description } = need;
  const step = { what, name: id, region, why: WHY[what] };
  const key = await services.keys.describe(id);
  if (!key) {
    if (!need.canBeMade) throw missing(need);
    const apply = async () => {
      const { spare } = await services.kms.createKey(id, description);
      if (!spare || spare.isScheduled) return;
      const { message, hint } = describeSpare(spare);
      throw new CofferError('key', message, { hint });
    };
    return { ...step, state: 'create', apply };
  }
  if (key.state !== 'Enabled') {
    throw new CofferError('key', `the ${what} ${id} in ${region} is not enabled: ${key.state}`, {
      hint: 'enable it, or name another one',
    });
  }
  if (!key.isSymmetric) {
    throw new CofferError(
      'key',
      `the ${what} ${id} in ${region} is not a symmetric encryption key`,
      {
        hint: 'name a key of type SYMMETRIC_DEFAULT, for encryption and decryption',
      },
    );
  }
  const isRotated = !key.canRotate || (await services.keys.isRotated(key.arn));
  if (isRotated) return { ...step, state: 'ok' };
  const why = `${step.why}; not rotated yearly yet`;
  return { ...step, why, state: 'change', apply: () => services.keys.enableRotation(key.arn) };
}

function missing({ what, id, region }: KeyNeed): CofferError {
  return new CofferError('key', `the ${what} ${id} does not exist in ${region}`, {
    hint:
      what === 'file key'
        ? 'check encrypted_with, the account and the alias (COFFER_KEY_ALIAS)'
        : 'check kmskey: and the account; coffer creates a key only for an alias (alias/NAME)',
  });
}
