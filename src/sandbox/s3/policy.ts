import type { Call } from '../access.ts';
import { parseResourcePolicy } from '../iam/document.ts';
import type { Condition, Statement } from '../iam/document.ts';
import type { Guard } from '../iam/resource.ts';
import { bucketArn } from '../names.ts';
import { Refusal } from '../refusal.ts';
import type { Bucket } from './model.ts';

const MAX_POLICY = 20 * 1024;

/** Buckets are replaced when they change, so each policy is parsed once. */
const parsed = new WeakMap<Bucket, readonly Statement[]>();

/** A bucket with the policy that can give rights to others, and take them from everybody. */
export function guardOf(bucket: Bucket, { home }: Call): Guard {
  const statements = statementsOf(bucket);
  const isRestricted =
    home.account !== bucket.owner &&
    blocks(bucket, 'RestrictPublicBuckets') &&
    isPublic(statements);
  return {
    account: bucket.owner,
    statements: isRestricted ? statements.filter(({ effect }) => effect === 'Deny') : statements,
    isSole: false,
  };
}

function statementsOf(bucket: Bucket): readonly Statement[] {
  const { policy } = bucket.config;
  const statements =
    parsed.get(bucket) ?? (policy === undefined ? [] : parseResourcePolicy(JSON.parse(policy)));
  parsed.set(bucket, statements);
  return statements;
}

/** Refuses a policy that AWS refuses, or that the sandbox does not understand. */
export function checkPolicy(bucket: Bucket, body: Buffer, call: Call): void {
  if (body.length > MAX_POLICY) throw malformed('Policy exceeds the maximum allowed document size');
  const statements = parse(body);
  const arn = bucketArn(bucket.name);
  const isOutside = (resource: string) => resource !== arn && !resource.startsWith(`${arn}/`);
  if (statements.some(({ resources }) => resources.some(isOutside))) {
    throw malformed('Policy has invalid resource');
  }
  if (statements.some(({ actions }) => actions.some((action) => !/^(?:\*|s3:)/i.test(action)))) {
    throw malformed('Policy has invalid action');
  }
  if (blocks(bucket, 'BlockPublicPolicy') && isPublic(statements)) {
    throw new Refusal(
      'AccessDenied',
      `User: ${call.identity.arn} is not authorized to perform: s3:PutBucketPolicy on resource: ${arn} because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
      403,
    );
  }
}

function parse(body: Buffer): Statement[] {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  try {
    return parseResourcePolicy(json);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

/** Only the owner's account may work on a policy, whatever the policy says. */
export function requireOwner({ owner }: Bucket, { home }: Call): void {
  if (owner === home.account) return;
  throw new Refusal(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
  );
}

/** Whether a policy allows something to everybody, wherever they come from. */
function isPublic(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ effect, principals, conditions }) =>
      effect === 'Allow' && principals.includes('*') && !conditions.some(isFixed),
  );
}

function isFixed({ key, test, values }: Condition): boolean {
  return (
    /^aws:principal(?:account|arn)$/.test(key) &&
    !/Not|Null/.test(test) &&
    values.every((value) => !/[*?]/.test(value))
  );
}

function blocks(bucket: Bucket, setting: string): boolean {
  return bucket.config['publicAccessBlock']?.includes(`<${setting}>true<`) === true;
}

function malformed(message: string): Refusal {
  return new Refusal('MalformedPolicy', message);
}
