import type { Role } from './roles.ts';
import { grantsOf, toStatements, type Statement } from './statements.ts';
import type { Subject } from './subject.ts';

/** A policy for identities; the same manifests in any order make the same one. */
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: readonly Statement[];
}

/** What IAM takes for a managed policy, white space aside. */
const MANAGED_LIMIT = 6144;

/**
 * The least that a role needs for all of these manifests.
 * @throws CofferError `usage` when it cannot do its work for one of them
 */
export function buildPolicy(role: Role, subjects: readonly Subject[]): PolicyDocument {
  const grants = inOrder(subjects).flatMap((subject) => grantsOf(role, subject));
  return { Version: '2012-10-17', Statement: toStatements(grants) };
}

/** By how many characters a policy is too long to be a managed one. */
export function excessOf(document: object): number {
  return Math.max(0, JSON.stringify(document).length - MANAGED_LIMIT);
}

export function inOrder(subjects: readonly Subject[]): Subject[] {
  return subjects.toSorted((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
}

function identityOf({ manifest, account }: Subject): string {
  const { path, region, kmskey, bucket, encryptedWith } = manifest;
  return JSON.stringify([path, region, account, kmskey, bucket, encryptedWith]);
}
