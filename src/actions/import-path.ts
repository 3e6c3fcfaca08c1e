import pMap from 'p-map';
import { rewrap, type KmsService } from '../aws/kms.ts';
import type { ObjectStore } from '../stores/s3/objects.ts';
import type { ParameterMetadata, ParameterStore } from '../stores/ssm.ts';
import type { DataKeys } from '../crypto/data-keys.ts';
import { sealInline } from '../crypto/inline.ts';
import { parseMetadata } from '../crypto/object-format.ts';
import { formatPointer, parsePointer, type Pointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { NewParameter, Tags } from '../manifest/index.ts';
import { blobContext, sealBlob, stageBlob, type StagedBlob } from '../seal/blob.ts';
import { chooseDataKey } from '../seal/encrypt.ts';
import type { FileKey } from '../seal/file-key.ts';
import { catchUp } from '../plan/actual.ts';
import type { Patience } from '../plan/patience.ts';
import { bareKey } from '../plan/plan.ts';
import { fetchObject, type FetchedObject } from '../stores/s3/fetch.ts';
import { HINTS } from '../stores/s3/expected.ts';

/** What AWS holds under a path, sealed for a manifest. */
export interface Imported {
  parameters: NewParameter[];
  blobs: StagedBlob[];
  /** The manifest's tags; of a new one, those that all of them have. */
  tags: Tags;
  /** The manifest's key; of a new one, that of most secrets and objects. */
  kmskey: string | undefined;
  /** Names of secrets and objects under another key than that. */
  otherKeys: string[];
  /** The bucket that most pointers name. */
  bucket: string | undefined;
  /** Names without a leading slash, which no manifest can have. */
  leftOut: string[];
}

export interface ImportServices {
  parameters: ParameterStore;
  objects: () => Promise<ObjectStore>;
  /** Of the parameters' region. */
  kms: KmsService;
  fileKey: FileKey;
  spoolFolder: string;
  concurrency: number;
  patience: Patience;
}

/** The manifest that the parameters are for. */
export interface ImportTarget {
  path: string;
  /** What its blobs will stand beside. */
  file: string;
  /** Full names of the parameters that it has. */
  known: ReadonlySet<string>;
  dataKeys: DataKeys;
  kmskey?: string | undefined;
  /** Absent as long as nothing is settled about them. */
  tags?: Tags | undefined;
}

interface Found extends ParameterMetadata {
  value: string;
  pointer: Pointer | undefined;
  tags: Tags;
  /** What the value is under, here or in S3; unknown for objects of other writers. */
  kmskey: string | undefined;
}

/**
 * Takes over the parameters under the target's path that it does not know yet. Secrets are sealed
 * under a data key of the manifest before they leave this function.
 */
export async function importPath(place: ImportTarget, services: ImportServices): Promise<Imported> {
  const described = (await services.parameters.describePath(place.path))
    .filter(({ name }) => !place.known.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isIn = ({ name }: ParameterMetadata) => name.startsWith(place.path);
  const found = await read(described.filter(isIn), services);
  const tags = place.tags ?? commonTags(found);
  const kmskey = place.kmskey ?? mostFrequentKey(found);
  const needsKey = found.some(({ type }) => type === 'SecureString');
  const sealingKey = needsKey ? await chooseDataKey(place.dataKeys, services.fileKey) : undefined;
  const blobs: StagedBlob[] = [];
  try {
    const parameters = await pMap(
      found,
      async (item): Promise<NewParameter> => {
        const name = item.name.slice(place.path.length);
        const described = describe(name, item, tags);
        if (item.pointer) {
          const staged = await takeBlob(place.file, name, item, item.pointer, services);
          blobs.push(staged);
          return {
            ...described,
            type: 'securestring',
            extension: extensionOf(item.pointer),
            content: { kind: 'blob', blob: staged.blob },
          };
        }
        if (item.type !== 'SecureString' || !sealingKey) {
          return { ...described, content: { kind: 'plain', text: item.value } };
        }
        const { id, dataKey } = sealingKey;
        const binding = { fullName: item.name, type: 'SecureString' };
        const text = sealInline(item.value, id, dataKey, binding);
        return { ...described, content: { kind: 'sealed', text } };
      },
      { concurrency: 4 },
    );
    return {
      parameters,
      blobs,
      tags,
      kmskey,
      otherKeys: found
        .filter((item) => item.kmskey && bareKey(item.kmskey) !== bareKey(kmskey ?? ''))
        .map(({ name }) => name),
      leftOut: described.filter((item) => !isIn(item)).map(({ name }) => name),
      bucket: mostFrequent(found.flatMap(({ pointer }) => (pointer ? [pointer.bucket] : []))),
    };
  } catch (error) {
    for (const blob of blobs) blob.discard();
    throw error;
  }
}

async function read(
  described: readonly ParameterMetadata[],
  services: ImportServices,
): Promise<Found[]> {
  const { parameters, objects, concurrency } = services;
  const values = await parameters.getMany(described.map(({ name }) => name));
  return pMap(
    await catchUp(described, values, services),
    async (listed) => {
      // One that was deleted in between makes AWS say so.
      const stored = values.get(listed.name) ?? (await parameters.get(listed.name));
      const { value } = stored;
      const item = { ...listed, type: stored.type };
      const pointer = item.type === 'String' ? parsePointer(value) : undefined;
      const kmskey = pointer
        ? await keyOfObject(item.name, pointer, await objects())
        : item.type === 'SecureString'
          ? item.keyId
          : undefined;
      return { ...item, value, pointer, kmskey, tags: await parameters.tags(item.name) };
    },
    { concurrency },
  );
}

/** As coffer noted it, or s3-kms-ssm-secrets did. */
async function keyOfObject(
  name: string,
  { bucket, key }: Pointer,
  objects: ObjectStore,
): Promise<string | undefined> {
  const info = await objects.head(bucket, key);
  if (!info) {
    throw new CofferError(
      'not-found',
      `${name} points to ${formatPointer({ bucket, key })}, which does not exist`,
      { hint: 'delete the parameter, or write its object anew, before the import' },
    );
  }
  const noted = info.metadata[HINTS.kmskey];
  if (noted) return noted;
  try {
    return parseMetadata(info.metadata).context['kms_cmk_id'];
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    throw new CofferError(error.code, `${name}: ${error.message}`, { cause: error.cause });
  }
}

function describe(name: string, item: Found, common: Tags): NewParameter {
  const tags = Object.entries(item.tags).filter(
    ([key, value]) => common[key] !== value && !key.startsWith('aws:'),
  );
  return {
    name,
    type: item.type.toLowerCase(),
    ...(item.description && { description: item.description }),
    ...(item.tier === 'Advanced' && { tier: 'Advanced' as const }),
    ...(item.allowedPattern && { allowedPattern: item.allowedPattern }),
    ...(item.dataType !== 'text' && { dataType: item.dataType }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  };
}

/**
 * An object in today's format is taken as it is, so that the manifest names the very same object;
 * an older one is sealed anew.
 */
async function takeBlob(
  file: string,
  name: string,
  item: Found,
  pointer: Pointer,
  services: ImportServices,
): Promise<StagedBlob> {
  const { kms, fileKey, spoolFolder } = services;
  const place = { manifest: { file }, parameter: { name, fullName: item.name } };
  const objects = await services.objects();
  const object = await fetchObject(pointer, { objects, kms, spoolFolder });
  try {
    const { header } = object;
    if (header.version !== 3) return await sealBlob(place, object.unverified(), fileKey);
    await verify(object);
    const { wrapped } = await rewrap(
      header.wrapped,
      { kms, context: header.context },
      { kms: fileKey.kms, keyId: await fileKey.settle(), context: blobContext(item.name) },
    );
    return await stageBlob(place, object.sealed(), { ...header, wrapped });
  } finally {
    await object.close();
  }
}

async function verify(object: FetchedObject): Promise<void> {
  for await (const _ of object.unverified());
}

/** Tags that every parameter has with the same value. */
function commonTags(found: readonly Found[]): Tags {
  const [first, ...others] = found;
  return Object.fromEntries(
    Object.entries(first?.tags ?? {}).filter(
      ([key, value]) => !key.startsWith('aws:') && others.every(({ tags }) => tags[key] === value),
    ),
  );
}

/** An alias, an id and their ARNs may all be in use for one key. */
function mostFrequentKey(found: readonly Found[]): string | undefined {
  const keys = found.flatMap(({ kmskey }) => (kmskey ? [kmskey] : []));
  const bare = mostFrequent(keys.map(bareKey));
  return keys.find((key) => bareKey(key) === bare);
}

function mostFrequent(items: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

/** What follows the digest in an object's key. */
function extensionOf({ key }: Pointer): string | undefined {
  return /[0-9a-f]{64}(\.[\w.-]+)$/.exec(key)?.[1];
}
