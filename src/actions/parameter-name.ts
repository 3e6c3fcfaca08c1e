import { awsErrorName } from '../aws/errors.ts';
import { CofferError } from '../errors.ts';
import { shellWord } from '../files/shell-words.ts';
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

/**
 * What AWS says of a path is about its own prefixes.
 * @throws CofferError `usage` for a path in SSM, such as `/app/`
 */
export function refusePath(name: string, store: StoreName): void {
  if (store !== 'ssm' || !name.endsWith('/')) return;
  throw new CofferError('usage', `${name} is a path, not the name of a parameter`, {
    hint: `coffer list ${shellWord(name)} shows the names below it`,
  });
}

/**
 * Says where a name may be that SSM does not have, unless the error says it.
 * @param store as the caller gave it
 */
export function explainMissing(
  error: unknown,
  name: string,
  store: StoreName | undefined,
): unknown {
  const isMissing = error instanceof CofferError && awsErrorName(error) === 'ParameterNotFound';
  if (!isMissing || error.hint !== undefined) return error;
  const elsewhere = store ? '' : '; for a secret in Secrets Manager, add --store secretsmanager';
  const hint = `coffer find ${shellWord(name)} says which manifest has it${elsewhere}`;
  return new CofferError(error.code, error.message, { hint, cause: error.cause });
}

export function isSecretArn(name: string): boolean {
  return /^arn:[^:]*:secretsmanager:/.test(name);
}
