import { CofferError } from '../errors.ts';
import { CHECK_THE_WAY } from './errors.ts';
import type { Doing } from './explanations.ts';

/**
 * A field of an answer that coffer relies on. An answer without it is a failure, whatever its
 * status: a proxy or an incomplete service may have sent it.
 * @throws CofferError `aws`
 */
export function need<T, K extends keyof T & string>(
  doing: Doing,
  answer: T | undefined,
  field: K,
): NonNullable<T[K]> {
  const value = answer?.[field];
  const isEmpty = value === '' || (value instanceof Uint8Array && value.length === 0);
  if (value !== undefined && value !== null && !isEmpty) return value;
  throw incomplete(doing, field);
}

export function incomplete({ action, target }: Doing, field: string): CofferError {
  return new CofferError('aws', `${action} ${target}: the answer lacks ${field}`, {
    hint: CHECK_THE_WAY,
  });
}
