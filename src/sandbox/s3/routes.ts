import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from './buckets.ts';
import {
  deleteSetting,
  getObjectTagging,
  getSetting,
  putObjectTagging,
  putSetting,
  SETTINGS,
} from './config.ts';
import { copyObject } from './copy.ts';
import { listObjects, listObjectsV2 } from './list.ts';
import type { ObjectStore } from './model.ts';
import { listMultipartUploads, listParts } from './multipart-list.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
} from './multipart.ts';
import { uploadPart, uploadPartCopy } from './parts.ts';
import { deleteObject, deleteObjects, getObject, headObject, putObject } from './objects.ts';
import type { S3Reply, S3Request, Target } from './request.ts';

interface Route {
  /** The operation's name, such as `GetObject`. */
  name: string;
  run: (store: ObjectStore, request: S3Request) => Promise<S3Reply>;
}

/** By method, kind of resource, and the query parameter (or header) that selects a sub-resource. */
const routes = new Map<string, Route>([
  ['GET /', { name: 'ListBuckets', run: listBuckets }],
  ['PUT /bucket', { name: 'CreateBucket', run: createBucket }],
  ['HEAD /bucket', { name: 'HeadBucket', run: headBucket }],
  ['DELETE /bucket', { name: 'DeleteBucket', run: deleteBucket }],
  ['GET /bucket', { name: 'ListObjects', run: listObjects }],
  ['GET /bucket?list-type', { name: 'ListObjectsV2', run: listObjectsV2 }],
  ['GET /bucket?location', { name: 'GetBucketLocation', run: getBucketLocation }],
  ['GET /bucket?uploads', { name: 'ListMultipartUploads', run: listMultipartUploads }],
  ['POST /bucket?delete', { name: 'DeleteObjects', run: deleteObjects }],
  ['PUT /bucket/key', { name: 'PutObject', run: putObject }],
  ['PUT /bucket/key?copy', { name: 'CopyObject', run: copyObject }],
  ['GET /bucket/key', { name: 'GetObject', run: getObject }],
  ['HEAD /bucket/key', { name: 'HeadObject', run: headObject }],
  ['DELETE /bucket/key', { name: 'DeleteObject', run: deleteObject }],
  ['GET /bucket/key?tagging', { name: 'GetObjectTagging', run: getObjectTagging }],
  ['PUT /bucket/key?tagging', { name: 'PutObjectTagging', run: putObjectTagging }],
  ['POST /bucket/key?uploads', { name: 'CreateMultipartUpload', run: createMultipartUpload }],
  ['PUT /bucket/key?partNumber&uploadId', { name: 'UploadPart', run: uploadPart }],
  ['PUT /bucket/key?copy&partNumber&uploadId', { name: 'UploadPartCopy', run: uploadPartCopy }],
  ['POST /bucket/key?uploadId', { name: 'CompleteMultipartUpload', run: completeMultipartUpload }],
  ['DELETE /bucket/key?uploadId', { name: 'AbortMultipartUpload', run: abortMultipartUpload }],
  ['GET /bucket/key?uploadId', { name: 'ListParts', run: listParts }],
]);

const SETTING_NAMES: Readonly<Record<string, string>> = {
  versioning: 'BucketVersioning',
  publicAccessBlock: 'PublicAccessBlock',
  encryption: 'BucketEncryption',
  policy: 'BucketPolicy',
  lifecycle: 'BucketLifecycle',
  ownershipControls: 'BucketOwnershipControls',
  tagging: 'BucketTagging',
};

for (const [selector, setting] of Object.entries(SETTINGS)) {
  const name = SETTING_NAMES[selector] ?? selector;
  const long = selector === 'lifecycle' ? `${name}Configuration` : name;
  const at = `/bucket?${selector}`;
  routes.set(`GET ${at}`, { name: `Get${long}`, run: getSetting(selector, setting) });
  routes.set(`PUT ${at}`, { name: `Put${long}`, run: putSetting(selector, setting) });
  if (selector === 'versioning') continue;
  routes.set(`DELETE ${at}`, { name: `Delete${name}`, run: deleteSetting(selector, setting) });
}

/** Query parameters that modify an operation without selecting one. */
const MODIFIERS =
  /^(?:x-id|x-amz-.*|response-.*|prefix|delimiter|max-keys|marker|continuation-token|start-after|fetch-owner|encoding-type|key-marker|upload-id-marker|max-uploads|part-number-marker|max-parts)$/i;

/** The route of a request; undefined for operations that the sandbox does not support. */
export function findRoute(
  method: string,
  { bucket, key, query }: Target,
  isCopy: boolean,
): Route | undefined {
  const place = bucket === '' ? '/' : key === '' ? '/bucket' : '/bucket/key';
  const selectors = [...new Set(query.keys())].filter((name) => !MODIFIERS.test(name));
  if (isCopy) selectors.push('copy');
  selectors.sort();
  const selector = selectors.length === 0 ? '' : `?${selectors.join('&')}`;
  return routes.get(`${method} ${place}${selector}`);
}
