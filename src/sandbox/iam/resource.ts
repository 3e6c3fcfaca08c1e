import type { Identity } from '../identities.ts';
import type { Statement } from './document.ts';
import { covers } from './policies.ts';
import type { Question } from './policies.ts';

/** A resource that has a policy of its own. */
export interface Guard {
  /** The account that owns it. */
  account: string;
  statements: readonly Statement[];
  /**
   * Whether all rights come from its policy, as for keys: policies of identities count only if it
   * names their account. Those of a bucket's account count without.
   */
  isSole: boolean;
  /** How a refusal calls it, if not by its ARN. */
  shown?: string;
}

/** What a resource's policy says: `account` leaves the answer to the caller's own policy. */
export type Grant = 'none' | 'account' | 'caller' | 'denied';

export function grantOf(
  statements: readonly Statement[],
  identity: Identity,
  question: Question,
): Grant {
  let grant: Grant = 'none';
  for (const statement of statements) {
    const means = covers(statement, question) ? meaningOf(statement, identity) : 'none';
    if (means === 'none') continue;
    if (statement.effect === 'Deny') return 'denied';
    if (grant === 'none' || means === 'caller') grant = means;
  }
  return grant;
}

/** Whether a statement names a caller, or the account that the caller belongs to. */
function meaningOf({ principals }: Statement, identity: Identity): 'none' | 'account' | 'caller' {
  const { account, arn, principalArn } = identity;
  if (['*', arn, principalArn].some((name) => principals.includes(name))) return 'caller';
  return principals.includes(account) ? 'account' : 'none';
}
