import type { Facts } from '../iam/facts.ts';
import type { Guard } from '../iam/resource.ts';
import { bucketArn, objectArn } from '../names.ts';
import type { Description, ObjectStore } from './model.ts';
import { guardOf } from './policy.ts';
import { header, type S3Request } from './request.ts';

const SSE = 's3:x-amz-server-side-encryption';

/** Refuses a caller who may not do `action` on the bucket, by its policy and the caller's. */
export function requireBucket(store: ObjectStore, request: S3Request, action: string): void {
  const { call, bucket, query } = request;
  const facts: Facts = {
    ...fact('s3:prefix', query.get('prefix') ?? undefined),
    ...fact('s3:delimiter', query.get('delimiter') ?? undefined),
  };
  const seen = action === 's3:ListBucket' ? facts : {};
  call.require(action, bucketArn(bucket), seen, guardIn(store, request));
}

/** The same for an object. */
export function requireObject(
  store: ObjectStore,
  request: S3Request,
  action: string,
  facts: Facts = {},
): void {
  const { call, bucket, key } = request;
  call.require(action, objectArn(bucket, key), facts, guardIn(store, request));
}

export function mayDelete(store: ObjectStore, request: S3Request, key: string): boolean {
  const arn = objectArn(request.bucket, key);
  return request.call.may('s3:DeleteObject', arn, guardIn(store, request));
}

/** What the headers of a request that creates an object say. */
export function headerFacts({ headers }: S3Request): Facts {
  const names = ['x-amz-acl', 'x-amz-server-side-encryption'];
  names.push('x-amz-server-side-encryption-aws-kms-key-id');
  return Object.assign({}, ...names.map((name) => fact(`s3:${name}`, header(headers, name))));
}

/** The same for a part, which has the encryption of its upload. */
export function uploadFacts({ encryption }: Description): Facts {
  return {
    ...fact(SSE, encryption.algorithm),
    ...fact(`${SSE}-aws-kms-key-id`, encryption.keyArn),
  };
}

function fact(key: string, value: string | undefined): Facts {
  return value === undefined ? {} : { [key]: [value] };
}

function guardIn(store: ObjectStore, { call, bucket: name }: S3Request): Guard | undefined {
  const bucket = store.buckets.get(name);
  return bucket && guardOf(bucket, call);
}
