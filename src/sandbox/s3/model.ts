import type { Call } from '../access.ts';
import type { KeyRing } from '../kms/keyring.ts';
import { Refusal } from '../refusal.ts';
import type { Bodies, Segment } from '../state/bodies.ts';
import type { Store, Table } from '../state/store.ts';
import type { Algorithm } from './checksums.ts';
import type { Checksum } from './payload.ts';

export interface Bucket {
  name: string;
  region: string;
  /** The account. */
  owner: string;
  createdAt: number;
  /** The unchanged documents of configuration calls, by sub-resource. */
  config: Record<string, string>;
}

type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** The properties of an object from the request that created it. */
export interface Description {
  /** Content-Type and similar headers. */
  headers: Record<string, string>;
  metadata: Record<string, string>;
  encryption: { algorithm: string; keyArn?: string };
  tags: Record<string, string>;
}

export interface StoredObject extends Description {
  bucket: string;
  key: string;
  segments: Segment[];
  size: number;
  /** Without quotes. */
  etag: string;
  modifiedAt: number;
  checksum?: Checksum & { type: ChecksumType };
}

export interface Upload extends Description {
  id: string;
  bucket: string;
  key: string;
  createdAt: number;
  checksum?: { algorithm: Algorithm; type: ChecksumType };
}

export interface Part {
  uploadId: string;
  number: number;
  segment: Segment;
  etag: string;
  modifiedAt: number;
  checksum?: Checksum;
}

/** Buckets, objects and unfinished uploads. */
export class ObjectStore {
  readonly bodies: Bodies;
  readonly ring: KeyRing;
  readonly buckets: Table<Bucket>;
  readonly #objects: Table<StoredObject>;
  readonly #uploads: Table<Upload>;
  readonly #parts: Table<Part>;

  constructor(store: Store, bodies: Bodies, ring: KeyRing) {
    this.bodies = bodies;
    this.ring = ring;
    this.buckets = store.table('s3.buckets');
    this.#objects = store.table('s3.objects');
    this.#uploads = store.table('s3.uploads');
    this.#parts = store.table('s3.parts');
  }

  /** The bucket, for a caller who signed for a region. */
  bucket(name: string, call: Call): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) {
      throw new Refusal('NoSuchBucket', 'The specified bucket does not exist', 404, {
        details: { BucketName: name },
      });
    }
    if (bucket.region !== call.caller.region) {
      throw new Refusal(
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
        301,
        {
          details: { Bucket: name, Endpoint: `s3.${bucket.region}.amazonaws.com` },
          headers: { 'x-amz-bucket-region': bucket.region },
        },
      );
    }
    return bucket;
  }

  object(bucket: string, key: string): StoredObject | undefined {
    return this.#objects.get(`${bucket}/${key}`);
  }

  /** Stores an object, and deletes the bytes of the one it replaces. */
  save(object: StoredObject): void {
    const before = this.object(object.bucket, object.key);
    this.#objects.set(`${object.bucket}/${object.key}`, object);
    const kept = new Set(object.segments.map((segment) => segment.id));
    this.bodies.remove((before?.segments ?? []).filter((segment) => !kept.has(segment.id)));
  }

  delete(bucket: string, key: string): void {
    const object = this.object(bucket, key);
    this.#objects.delete(`${bucket}/${key}`);
    this.bodies.remove(object?.segments ?? []);
  }

  /** The keys of a bucket from `prefix`, after `after`, in byte order. */
  *keys(bucket: string, prefix: string, after: string): Generator<string> {
    const home = `${bucket}/`;
    const from = after === '' ? '' : `${home}${after}`;
    for (const key of this.#objects.keys(`${home}${prefix}`, from)) yield key.slice(home.length);
  }

  findUpload(id: string, bucket: string, key: string): Upload | undefined {
    const upload = this.#uploads.get(id);
    return upload?.bucket === bucket && upload.key === key ? upload : undefined;
  }

  upload(id: string, bucket: string, key: string): Upload {
    const upload = this.findUpload(id, bucket, key);
    if (upload === undefined) {
      throw new Refusal(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        404,
        { details: { UploadId: id } },
      );
    }
    return upload;
  }

  uploadsOf(bucket: string): Upload[] {
    return [...this.#uploads.values()].filter((upload) => upload.bucket === bucket);
  }

  saveUpload(upload: Upload): void {
    this.#uploads.set(upload.id, upload);
  }

  /** Ends an upload. Deletes the bytes of parts that are not in an object. */
  endUpload(id: string, kept: readonly Part[] = []): void {
    const parts = this.parts(id);
    this.#uploads.delete(id);
    for (const part of parts) this.#parts.delete(partKey(part));
    const used = new Set(kept.map((part) => part.segment.id));
    this.bodies.remove(
      parts.map((part) => part.segment).filter((segment) => !used.has(segment.id)),
    );
  }

  savePart(part: Part): void {
    const before = this.#parts.get(partKey(part));
    this.#parts.set(partKey(part), part);
    if (before !== undefined) this.bodies.remove([before.segment]);
  }

  /** Sorted by number. */
  parts(uploadId: string): Part[] {
    const parts: Part[] = [];
    for (const key of this.#parts.keys(`${uploadId}/`)) {
      const part = this.#parts.get(key);
      if (part !== undefined) parts.push(part);
    }
    return parts;
  }

  /** The ids of all segments in use. */
  segmentIds(): Set<string> {
    const ids = new Set<string>();
    for (const { segments } of this.#objects.values()) {
      for (const segment of segments) ids.add(segment.id);
    }
    for (const { segment } of this.#parts.values()) ids.add(segment.id);
    return ids;
  }
}

function partKey({ uploadId, number }: Part): string {
  return `${uploadId}/${String(number).padStart(5, '0')}`;
}
