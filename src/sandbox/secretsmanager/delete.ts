import { seconds } from '../json/service.ts';
import type { Handlers } from '../json/service.ts';
import { invalidParameter, invalidRequest, permitted, permittedIfThere } from './lookup.ts';
import { requireNotDeleted, requirePrimary, secretIdOf } from './lookup.ts';
import type { Secret, SecretStore } from './model.ts';

const DAY = 86_400_000;
const ANY = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

export const deleteHandlers: Handlers<SecretStore> = {
  DeleteSecret(store, input, call) {
    const id = secretIdOf(input);
    const days = input.integer('RecoveryWindowInDays', ANY);
    const isForced = input.flag('ForceDeleteWithoutRecovery');
    if (isForced && days !== undefined) {
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    }
    if (days !== undefined && (days < 7 || days > 30)) {
      throw invalidParameter(
        'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
      );
    }
    if (isForced) {
      const secret = permittedIfThere(store, call, id, 'DeleteSecret');
      // AWS takes a forced delete of nothing for done.
      if (secret === undefined) return { Name: id, DeletionDate: seconds(call.now) };
      requireDeletable(secret);
      store.destroy(secret, secret.name);
      return deleted(secret, call.now);
    }
    const secret = permitted(store, input, call, 'DeleteSecret');
    requireNotDeleted(secret);
    requireDeletable(secret);
    const deletion = { at: call.now, due: call.now + (days ?? 30) * DAY };
    store.save({ ...secret, deletion, changedAt: call.now });
    return deleted(secret, deletion.due);
  },

  RestoreSecret(store, input, call) {
    const { deletion, ...secret } = permitted(store, input, call, 'RestoreSecret');
    requirePrimary(secret);
    if (deletion !== undefined) store.save({ ...secret, changedAt: call.now });
    return { ARN: secret.arn, Name: secret.name };
  },
};

function requireDeletable(secret: Secret): void {
  requirePrimary(secret);
  const regions = secret.replicas.map(({ region }) => region);
  if (regions.length === 0) return;
  throw invalidRequest(
    `You can't delete secret ${secret.name} that still has replica regions [${regions.join(', ')}]`,
  );
}

function deleted({ arn, name }: Secret, date: number): object {
  return { ARN: arn, Name: name, DeletionDate: seconds(date) };
}
