import type { StoreName } from '../manifest/model.ts';
import { nearest } from '../manifest/nearest.ts';

export { completeName } from '../stores/ssm-reader.ts';

/** The store of a name that no manifest gives: an ARN names it. */
export function storeOfName(name: string, store: StoreName | undefined): StoreName {
  return store ?? (isSecretArn(name) ? 'secretsmanager' : 'ssm');
}

/** The hint for a name that is probably a typo of one of these. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const close = nearest(name, known);
  return close === undefined ? undefined : `did you mean ${close}?`;
}

export function isSecretArn(name: string): boolean {
  return /^arn:[^:]*:secretsmanager:/.test(name);
}
