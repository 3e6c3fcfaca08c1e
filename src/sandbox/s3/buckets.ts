import { bucketArn } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { initialConfig } from './config.ts';
import type { ObjectStore } from './model.ts';
import { receiveDocument } from './payload.ts';
import { requireBucket } from './permission.ts';
import type { S3Reply, S3Request } from './request.ts';
import { childText, document, parseXml } from './xml.ts';

export async function listBuckets(store: ObjectStore, { call }: S3Request): Promise<S3Reply> {
  call.require('s3:ListAllMyBuckets', '*');
  const { account } = call.home;
  const buckets = [...store.buckets.keys('')]
    .map((name) => store.buckets.get(name))
    .filter((bucket) => bucket?.owner === account)
    .map((bucket) => ({
      Name: bucket?.name,
      CreationDate: iso(bucket?.createdAt ?? 0),
      BucketRegion: bucket?.region,
    }));
  const owner = { ID: account, DisplayName: 'owner' };
  return {
    body: document('ListAllMyBucketsResult', { Owner: owner, Buckets: { Bucket: buckets } }),
  };
}

export async function createBucket(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, bucket: name } = request;
  checkBucketName(name);
  call.require('s3:CreateBucket', bucketArn(name));
  const region = await askedRegion(request);
  const existing = store.buckets.get(name);
  const { account: owner } = call.home;
  if (existing !== undefined && existing.owner !== owner) {
    throw new Refusal(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      409,
      { details: { BucketName: name } },
    );
  }
  if (existing !== undefined) {
    throw new Refusal(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { details: { BucketName: name } },
    );
  }
  store.buckets.set(name, { name, region, owner, createdAt: call.now, config: initialConfig() });
  return { headers: { location: `/${name}`, 'x-amz-bucket-region': region } };
}

export async function headBucket(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call } = request;
  requireBucket(store, request, 's3:ListBucket');
  const { region } = store.bucket(request.bucket, call);
  return { headers: { 'x-amz-bucket-region': region, 'content-type': 'application/xml' } };
}

export async function deleteBucket(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call } = request;
  requireBucket(store, request, 's3:DeleteBucket');
  const { name } = store.bucket(request.bucket, call);
  if (store.keys(name, '', '').next().done !== true) {
    throw new Refusal('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
      details: { BucketName: name },
    });
  }
  for (const upload of store.uploadsOf(name)) store.endUpload(upload.id);
  store.buckets.delete(name);
  return { status: 204 };
}

/** Answers from any region, as AWS's own endpoints in us-east-1 do. */
export async function getBucketLocation(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, bucket: name } = request;
  requireBucket(store, request, 's3:GetBucketLocation');
  const region = store.buckets.get(name)?.region ?? store.bucket(name, call).region;
  const text = region === 'us-east-1' ? '' : region;
  return {
    body: document('LocationConstraint', {}).replace('></', `>${text}</`),
    headers: { 'x-amz-bucket-region': region },
  };
}

async function askedRegion(request: S3Request): Promise<string> {
  const home = request.call.caller.region;
  const hasBody = (request.headers['content-length'] ?? '0') !== '0';
  const { body } = hasBody ? await receiveDocument(request) : { body: Buffer.alloc(0) };
  const asked =
    body.length === 0
      ? undefined
      : childText(parseXml(body, 'CreateBucketConfiguration'), 'LocationConstraint');
  if (asked !== undefined && (asked === 'us-east-1' || !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(asked))) {
    throw new Refusal(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
      400,
      { details: { LocationConstraint: asked } },
    );
  }
  if (home !== 'us-east-1' && asked !== home) {
    throw new Refusal(
      'IllegalLocationConstraintException',
      `The ${asked ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  return asked ?? home;
}

function checkBucketName(name: string): void {
  const isValid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|^\d+\.\d+\.\d+\.\d+$|^xn--|^sthree-|^amzn-s3-demo-|-s3alias$|--ol-s3$|\.mrap$|--x-s3$/.test(
      name,
    );
  if (!isValid) {
    throw new Refusal('InvalidBucketName', 'The specified bucket is not valid.', 400, {
      details: { BucketName: name },
    });
  }
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
