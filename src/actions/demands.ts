import { pointerOf } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import type { StoredValue } from '../stores/parameter.ts';
import type { Demands } from '../stores/s3/fetch.ts';

/** What a manifest says of the object behind one of its parameters: its bucket and its key. */
export function manifestDemands(
  { bucket, kmskey, file }: Manifest,
  parameter: StoredValue,
): Demands {
  const pointer = pointerOf(parameter);
  if (pointer && bucket !== undefined && pointer.bucket !== bucket) {
    throw new CofferError(
      'tampered',
      `${parameter.name} points to the bucket ${pointer.bucket}, and ${file} names ${bucket}`,
      { hint: 'coffer diff shows what else differs, coffer sync sets it right' },
    );
  }
  return { parameter: parameter.name, key: kmskey };
}

/** Without a manifest: the bucket and the key are of the parameter's own account. */
export function accountDemands(
  { name, account }: Pick<StoredValue, 'name' | 'account'>,
  { allowForeign }: { allowForeign: boolean },
): Demands {
  if (allowForeign) return { parameter: name };
  if (!account) {
    throw new CofferError('aws', `SSM does not say which account ${name} belongs to`, {
      hint: 'if you trust its bucket and key whoever they belong to, add --allow-foreign',
    });
  }
  return { parameter: name, key: { account }, owner: account };
}

/**
 * For readers that pass a value on to others: an object that names no parameter has to be in the
 * folder of its parameter's own name, as `apps/superman/` of `/apps/superman/backup`. Whoever may
 * write one parameter could else point it to an older object of any other.
 */
export function folderDemand(
  name: string,
  { allowForeign }: { allowForeign: boolean },
): Pick<Demands, 'folder'> {
  if (allowForeign) return {};
  const key = name.replace(/^\/+/, '');
  const end = key.lastIndexOf('/') + 1;
  return { folder: end > 0 ? key.slice(0, end) : `${key}/` };
}
