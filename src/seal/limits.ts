import type { Manifest, Parameter } from '../manifest/model.ts';

export const STANDARD_BYTES = 4096;
export const ADVANCED_BYTES = 8192;

/** Up to this many sealed bytes, a blob is in the manifest itself. */
export const INLINE_LIMIT = 8 * 1024;
/** Up to this many sealed bytes, people see and edit a blob in the manifest. */
export const SHOWN_LIMIT = 64 * 1024;

/** The maximum size of a parameter's value in SSM. */
export function ssmLimit(parameter: Pick<Parameter, 'tier'>): number {
  return (parameter.tier ?? 'Standard') === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
}

/** The maximum size of a secret in Secrets Manager. */
export const SECRET_BYTES = 65_536;

/** The maximum size of a value that a manifest holds inline, by its store. */
export function inlineLimit({ store }: Pick<Manifest, 'store'>, parameter: Parameter): number {
  return store === 'ssm' ? ssmLimit(parameter) : SECRET_BYTES;
}

/** Whether SSM would refuse a text as a reference to another parameter. */
export function holdsReference(text: string): boolean {
  const open = text.indexOf('{{');
  return open !== -1 && text.includes('}}', open + 2);
}
