import { partitionOf } from '../../aws/regions.ts';
import { CofferError } from '../../errors.ts';
import { inOrder } from './document.ts';
import { ROLES, type Role } from './roles.ts';
import { grantsOf, toStatements, type Grant, type Statement } from './statements.ts';
import type { Subject } from './subject.ts';

interface KeyStatement extends Omit<Statement, 'Action' | 'Resource'> {
  Principal: { AWS: string | readonly string[] };
  Action: string | readonly string[];
  Resource: '*';
}

/** The policy of a KMS key. */
export interface KeyPolicy {
  Version: '2012-10-17';
  Statement: readonly KeyStatement[];
}

/** Principals that use the file key in one role. */
export interface Guests {
  role: Role;
  principals: readonly string[];
}

/**
 * The key policy of the file key. Its account manages it and grants rights by IAM; guests get
 * access by name, which is how other accounts get access.
 * @throws CofferError `usage` if there are several file keys, or the role does not use the key
 */
export function buildKeyPolicy(
  subjects: readonly Subject[],
  guests: Guests | undefined,
): KeyPolicy {
  const [first] = subjects;
  if (!first) throw new CofferError('usage', 'a key policy needs a manifest');
  const { fileKey } = first;
  const other = subjects.find((subject) => nameOf(subject) !== nameOf(first));
  if (other) {
    throw new CofferError(
      'usage',
      `${first.manifest.file} and ${other.manifest.file} have different file keys`,
      { hint: 'print the policy of one key at a time' },
    );
  }
  const account: KeyStatement = {
    Sid: 'Account',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partitionOf(fileKey.region)}:iam::${fileKey.account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  const statements = guests ? guestStatements(subjects, guests) : [];
  return { Version: '2012-10-17', Statement: [account, ...statements] };
}

function guestStatements(
  subjects: readonly Subject[],
  { role, principals }: Guests,
): KeyStatement[] {
  const grants = inOrder(subjects).flatMap((subject) =>
    grantsOf(role, subject).filter(({ place }) => place.key === subject.fileKey),
  );
  if (grants.length === 0) {
    throw new CofferError('usage', `${role} does not use the file key`, {
      hint: `use one of ${ROLES.filter((each) => each !== role).join(', ')}`,
    });
  }
  return toStatements(grants.map(onThisKey)).map((statement) => ({
    ...statement,
    Principal: { AWS: principals.toSorted() },
    Resource: '*',
  }));
}

/** A key policy applies to its own key, and does not support kms:ResourceAliases. */
function onThisKey({ place: { condition }, ...grant }: Grant): Grant {
  return { ...grant, place: { resources: ['*'], condition } };
}

function nameOf({ fileKey: { resource, condition } }: Subject): string {
  return JSON.stringify([resource, condition]);
}
