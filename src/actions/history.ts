import { pointerOf } from '../crypto/pointer.ts';
import type { ParameterVersion } from '../stores/parameter.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

export interface HistoryOptions {
  /** Decrypts the values of secrets, which needs kms:Decrypt. */
  reveal?: boolean | undefined;
}

/** One version of a parameter; without its value if that is a secret and not revealed. */
export interface HistoryVersion extends Omit<ParameterVersion, 'value'> {
  value: string | undefined;
}

/** Returns the versions of a parameter that SSM keeps, oldest first. */
export async function history(
  { stores, homeRegion, limit }: Tools,
  name: string,
  { reveal = false }: HistoryOptions = {},
): Promise<HistoryVersion[]> {
  const parameters = await stores.parameters(homeRegion);
  const versions = await parameters.history(completeName(name), reveal);
  // A secret in one version may be plaintext in another; a pointer reveals nothing.
  const isSecret = versions.some(({ type }) => type === 'SecureString');
  const isOpen = (version: ParameterVersion) =>
    reveal || !isSecret || pointerOf(version) !== undefined;
  return versions.map((version) => {
    if (!isOpen(version)) return { ...version, value: undefined };
    limit.take(`${version.name}@${version.version}`, Buffer.byteLength(version.value));
    return version;
  });
}
