import { pointerOf } from '../crypto/pointer.ts';
import type { ParameterVersion } from '../stores/parameter.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

export interface HistoryOptions {
  /** Whether to open the values of secrets, which takes kms:Decrypt. */
  reveal?: boolean | undefined;
}

/** One version of a parameter; without its value when that is a secret and not revealed. */
export interface HistoryVersion extends Omit<ParameterVersion, 'value'> {
  value: string | undefined;
}

/** The versions of a parameter that SSM still has, the oldest first. */
export async function history(
  { stores, homeRegion }: Tools,
  name: string,
  { reveal = false }: HistoryOptions = {},
): Promise<HistoryVersion[]> {
  const parameters = await stores.parameters(homeRegion);
  const versions = await parameters.history(completeName(name), reveal);
  // What is a secret in one version may have stood open in another; a pointer tells nothing.
  const isSecret = versions.some(({ type }) => type === 'SecureString');
  const isOpen = (version: ParameterVersion) =>
    reveal || !isSecret || pointerOf(version) !== undefined;
  return versions.map((version) => ({
    ...version,
    value: isOpen(version) ? version.value : undefined,
  }));
}
