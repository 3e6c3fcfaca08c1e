import type { Role } from './roles.ts';
import { grantsOf, toStatements, type Statement } from './statements.ts';
import type { Subject } from './subject.ts';

/** An identity policy; it does not depend on the order of manifests. */
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: readonly Statement[];
}

/** IAM's limit for a managed policy, without white space. */
const MANAGED_LIMIT = 6144;

/**
 * The least policy of a role for these manifests.
 * @throws CofferError `usage` if the role cannot work on one of them
 */
export function buildPolicy(role: Role, subjects: readonly Subject[]): PolicyDocument {
  const grants = inOrder(subjects).flatMap((subject) => grantsOf(role, subject));
  return { Version: '2012-10-17', Statement: toStatements(grants) };
}

/** By how many characters a policy exceeds the limit of managed policies. */
export function excessOf(document: object): number {
  return Math.max(0, JSON.stringify(document).length - MANAGED_LIMIT);
}

export function inOrder(subjects: readonly Subject[]): Subject[] {
  return subjects.toSorted((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
}

function identityOf({ manifest, account }: Subject): string {
  const { path, region, kmskey, bucket, encryptedWith, secret } = manifest;
  return JSON.stringify([path, region, account, kmskey, bucket, encryptedWith, secret]);
}
