import { isSecretType, type ValueVersion } from '../stores/parameter.ts';
import type { VersionSelector } from '../stores/port.ts';
import { compareFields } from '../manifest/ssm-fields.ts';
import type { Difference, Field } from '../stores/model.ts';

/** `NAME@3` or `NAME@label`; undefined if it names no version. */
export function parseSelector(text: string): Required<VersionSelector> | undefined {
  const [, name, version] = /^([^@]+)@([^@/]+)$/.exec(text) ?? [];
  return name && version ? { name, version } : undefined;
}

/** The differences between two versions. */
export function compareVersions(from: ValueVersion, to: ValueVersion): Difference[] {
  const isSecret = isSecretType(from.type) || isSecretType(to.type);
  const fields: [Field, string, string][] = [
    ['type', from.type, to.type],
    ['value', from.value ?? '', to.value ?? ''],
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
