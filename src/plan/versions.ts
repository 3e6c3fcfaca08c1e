import type { ParameterVersion } from '../stores/parameter.ts';
import type { ParameterStore } from '../stores/ssm.ts';
import { CofferError } from '../errors.ts';
import { compareFields } from '../manifest/ssm-fields.ts';
import type { Difference, Field } from '../stores/model.ts';

/** `NAME@3` or `NAME@label`. */
export interface VersionSelector {
  name: string;
  version: string;
}

export function parseSelector(text: string): VersionSelector | undefined {
  const [, name, version] = /^([^@]+)@([^@/]+)$/.exec(text) ?? [];
  return name && version ? { name, version } : undefined;
}

/** @throws CofferError `not-found` for a version that SSM no longer has. */
export async function findVersion(
  parameters: ParameterStore,
  { name, version }: VersionSelector,
): Promise<ParameterVersion> {
  const versions = await parameters.history(name, true);
  const found = versions.find(
    (item) => String(item.version) === version || item.labels.includes(version),
  );
  if (found) return found;
  const known = versions.map((item) => [item.version, ...item.labels].join(' '));
  throw new CofferError('not-found', `${name} has no version ${version}`, {
    hint: `the versions are ${known.join(', ')}`,
  });
}

/** The differences between two versions. */
export function compareVersions(from: ParameterVersion, to: ParameterVersion): Difference[] {
  const isSecret = from.type === 'SecureString' || to.type === 'SecureString';
  const fields: [Field, string, string][] = [
    ['type', from.type, to.type],
    ['value', from.value, to.value],
    ['key', from.keyId ?? '', to.keyId ?? ''],
  ];
  const differences: Omit<Difference, 'isSecret'>[] = fields
    .filter(([, before, after]) => before !== after)
    .map(([field, before, after]) => ({ field, before, after }));
  return [...differences, ...compareFields(from, to)].map((difference) => ({
    ...difference,
    isSecret: isSecret && difference.field === 'value',
  }));
}
