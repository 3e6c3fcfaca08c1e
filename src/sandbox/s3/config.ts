import { Refusal } from '../refusal.ts';
import { noSuchKey } from './conditions.ts';
import { checkTags } from './description.ts';
import type { ObjectStore } from './model.ts';
import { receiveDocument } from './payload.ts';
import { requireBucket, requireObject } from './permission.ts';
import { checkPolicy, requireOwner } from './policy.ts';
import type { S3Reply, S3Request } from './request.ts';
import { child, childText, document, malformed, parseXml } from './xml.ts';
import type { XmlTree } from './xml.ts';

/** A configuration of a bucket: a document to store and return. */
interface Setting {
  /** The root element; a JSON document has none. */
  root: string | undefined;
  action: string;
  /** The code and message for a bucket without one; or an empty document. */
  absent?: [code: string, message: string];
  /** The default. */
  initial?: XmlTree;
}

export const SETTINGS: Readonly<Record<string, Setting>> = {
  versioning: { root: 'VersioningConfiguration', action: 'BucketVersioning' },
  publicAccessBlock: {
    root: 'PublicAccessBlockConfiguration',
    action: 'BucketPublicAccessBlock',
    absent: [
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
    ],
  },
  // Every bucket is encrypted, even without a configuration.
  encryption: {
    root: 'ServerSideEncryptionConfiguration',
    action: 'EncryptionConfiguration',
    initial: {
      Rule: {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: false,
      },
    },
  },
  policy: {
    root: undefined,
    action: 'BucketPolicy',
    absent: ['NoSuchBucketPolicy', 'The bucket policy does not exist'],
  },
  lifecycle: {
    root: 'LifecycleConfiguration',
    action: 'LifecycleConfiguration',
    absent: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  },
  ownershipControls: {
    root: 'OwnershipControls',
    action: 'BucketOwnershipControls',
    absent: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
  },
  tagging: {
    root: 'Tagging',
    action: 'BucketTagging',
    absent: ['NoSuchTagSet', 'The TagSet does not exist'],
  },
};

/** New buckets block public access, and their owner owns all objects. */
export function initialConfig(): Record<string, string> {
  return {
    publicAccessBlock: document('PublicAccessBlockConfiguration', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }),
    ownershipControls: document('OwnershipControls', {
      Rule: { ObjectOwnership: 'BucketOwnerEnforced' },
    }),
  };
}

export function putSetting(name: string, { root, action }: Setting) {
  return async (store: ObjectStore, request: S3Request): Promise<S3Reply> => {
    const { call } = request;
    requireBucket(store, request, `s3:Put${action}`);
    const target = store.bucket(request.bucket, call);
    if (name === 'policy') requireOwner(target, call);
    const { body } = await receiveDocument(request);
    if (root === undefined) checkPolicy(target, body, call);
    else parseXml(body, root);
    const bucket = store.bucket(request.bucket, call);
    const config = { ...bucket.config, [name]: body.toString() };
    store.buckets.set(bucket.name, { ...bucket, config });
    return { status: root === undefined || name === 'tagging' ? 204 : 200 };
  };
}

export function getSetting(name: string, { root, action, absent, initial }: Setting) {
  return async (store: ObjectStore, request: S3Request): Promise<S3Reply> => {
    requireBucket(store, request, `s3:Get${action}`);
    const bucket = store.bucket(request.bucket, request.call);
    if (name === 'policy') requireOwner(bucket, request.call);
    const kept = bucket.config[name];
    if (kept === undefined && absent !== undefined) {
      const [code, message] = absent;
      throw new Refusal(code, message, 404, { details: { BucketName: bucket.name } });
    }
    const headers: Record<string, string> =
      root === undefined ? { 'content-type': 'application/json' } : {};
    return { headers, body: kept ?? document(root ?? '', initial ?? {}) };
  };
}

export function deleteSetting(name: string, { action }: Setting) {
  // Deleting needs the right to put, except for policies.
  const verb = name === 'policy' ? 's3:Delete' : 's3:Put';
  return async (store: ObjectStore, request: S3Request): Promise<S3Reply> => {
    requireBucket(store, request, `${verb}${action}`);
    const bucket = store.bucket(request.bucket, request.call);
    if (name === 'policy') requireOwner(bucket, request.call);
    const { [name]: _, ...config } = bucket.config;
    store.buckets.set(bucket.name, { ...bucket, config });
    return { status: 204 };
  };
}

export async function putObjectTagging(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { call, key } = request;
  requireObject(store, request, 's3:PutObjectTagging');
  const bucket = store.bucket(request.bucket, call);
  const { body } = await receiveDocument(request);
  const set = child(parseXml(body, 'Tagging'), 'TagSet');
  if (set === undefined) throw malformed();
  const tags: Record<string, string> = {};
  for (const tag of set.children) tags[childText(tag, 'Key') ?? ''] = childText(tag, 'Value') ?? '';
  checkTags(tags);
  const object = store.object(bucket.name, key);
  if (object === undefined) throw noSuchKey(key);
  store.save({ ...object, tags });
  return {};
}

export async function getObjectTagging(store: ObjectStore, request: S3Request): Promise<S3Reply> {
  const { key } = request;
  requireObject(store, request, 's3:GetObjectTagging');
  const bucket = store.bucket(request.bucket, request.call);
  const object = store.object(bucket.name, key);
  if (object === undefined) throw noSuchKey(key);
  const tags = Object.entries(object.tags).map(([Key, Value]) => ({ Key, Value }));
  return { body: document('Tagging', { TagSet: { Tag: tags } }) };
}
