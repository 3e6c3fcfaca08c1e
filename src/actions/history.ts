import { pointerOf } from '../crypto/pointer.ts';
import type { StoreName } from '../manifest/model.ts';
import { isSecretType, type ValueVersion } from '../stores/parameter.ts';
import { explainMissing, refusePath, storeOfName } from './parameter-name.ts';
import { readerFor } from './stores.ts';
import type { Tools } from './tools.ts';

export interface HistoryOptions {
  /** Decrypts the values of secrets, which needs kms:Decrypt. */
  reveal?: boolean | undefined;
  /** Where the name is. Default: SSM, unless it is the ARN of a secret. */
  store?: StoreName | undefined;
}

/** One version of a value; without the value if that is a secret and not revealed. */
export type HistoryVersion = ValueVersion;

/** Returns the versions of a parameter or secret that AWS keeps, oldest first. */
export async function history(
  tools: Tools,
  name: string,
  { reveal = false, store }: HistoryOptions = {},
): Promise<HistoryVersion[]> {
  const { homeRegion: region, limit } = tools;
  const where = storeOfName(name, store);
  const reader = await readerFor(tools, { store: where, region });
  const wanted = reader.complete(name);
  refusePath(wanted, where);
  const versions = await reader.history(wanted, reveal).catch((error: unknown) => {
    throw explainMissing(error, name, store);
  });
  // A secret in one version may be plaintext in another; a pointer reveals nothing.
  const isSecret = versions.some(({ type }) => isSecretType(type));
  const isOpen = (version: ValueVersion) => reveal || !isSecret || pointerOf(version) !== undefined;
  return versions.map((version) => {
    if (!isOpen(version) || version.value === undefined) return { ...version, value: undefined };
    limit.take(`${version.name}@${version.version}`, Buffer.byteLength(version.value));
    return version;
  });
}
