import { partitionOf } from '../../aws/regions.ts';

/** A bucket policy, as far as it matters here; keeps its other fields. */
interface Policy {
  Version?: string;
  Statement?: Statement | Statement[];
}

interface Statement {
  Sid?: string;
  Effect?: string;
  Principal?: unknown;
  Action?: unknown;
  Resource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export const TLS_SID = 'CofferDenyWithoutTls';

/**
 * A bucket's policy with a statement that refuses requests without TLS; the same text if it already
 * does that.
 */
export function requireTls(policy: string | undefined, bucketArn: string): string {
  const parsed = JSON.parse(policy ?? '{"Version": "2012-10-17"}') as Policy;
  const statements = listOf(parsed.Statement);
  if (policy !== undefined && statements.some((each) => deniesPlainHttp(each, bucketArn))) {
    return policy;
  }
  const others = statements.filter(({ Sid }) => Sid !== TLS_SID);
  const resources = [bucketArn, `${bucketArn}/*`];
  return JSON.stringify({ ...parsed, Statement: [...others, tlsStatement(resources)] });
}

/** `resources` are the bucket and the objects in it. */
export function tlsStatement<Resource>(resources: readonly Resource[]) {
  return {
    Sid: TLS_SID,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: resources,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/** `arn:aws:s3:::name`, in the partition of `region`. */
export function bucketArn(name: string, region: string): string {
  return `arn:${partitionOf(region)}:s3:::${name}`;
}

/** Whether it denies everyone all access without TLS, and has no other condition. */
function deniesPlainHttp(statement: Statement, arn: string): boolean {
  const { Effect, Principal, Action, Resource, Condition } = statement;
  const principals = listOf((Principal as { AWS?: unknown } | undefined)?.AWS ?? Principal);
  const actions = listOf(Action);
  const resources = listOf(Resource);
  return (
    Effect === 'Deny' &&
    principals.includes('*') &&
    (actions.includes('s3:*') || actions.includes('*')) &&
    (resources.includes('*') || (resources.includes(arn) && resources.includes(`${arn}/*`))) &&
    /^\{"Bool":\{"aws:SecureTransport":\[?"?false"?\]?\}\}$/i.test(JSON.stringify(Condition ?? {}))
  );
}

/** For fields where IAM accepts one item or a list. */
function listOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
