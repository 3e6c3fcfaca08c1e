import pMap from 'p-map';
import { rewrap } from '../../aws/kms.ts';
import { commitOf, requireCommit } from '../../crypto/commit.ts';
import { blobContext, type Destination } from '../../crypto/contexts.ts';
import type { DataKeys } from '../../crypto/data-keys.ts';
import { sealInline } from '../../crypto/inline.ts';
import { extensionOf, type Pointer } from '../../crypto/pointer.ts';
import { dayOf } from '../../manifest/age.ts';
import type { NewParameter, Tags } from '../../manifest/index.ts';
import { notableFields } from '../../manifest/ssm-fields.ts';
import {
  sealBlob,
  stageBlob,
  stageTogether,
  type Stage,
  type StagedBlob,
} from '../../seal/blob.ts';
import { chooseDataKey } from '../../seal/encrypt.ts';
import type { FileKey } from '../../seal/file-key.ts';
import { fetchObject } from '../../stores/s3/fetch.ts';
import { accountDemands } from '../demands.ts';
import type { Tools } from '../tools.ts';
import type { Found } from './found.ts';

/** The imported parameters in the form that a manifest holds. */
export interface Sealed {
  parameters: NewParameter[];
  blobs: StagedBlob[];
}

/** The manifest to import into. */
export interface Target {
  file: string;
  destination: Destination;
  region: string;
  tags: Tags;
  /** How old its secrets may become, if it says so. */
  maxAge?: string | undefined;
  dataKeys: DataKeys;
  fileKey: FileKey;
  /** Whether objects may be in buckets of other accounts, or under their keys. */
  allowForeign: boolean;
}

/** Whether a manifest may hold it only as ciphertext. */
export function isSecret({ type, pointer }: Found): boolean {
  return type === 'SecureString' || pointer !== undefined;
}

/** Seals the imported values; no plaintext leaves this function. */
export async function sealFound(
  tools: Tools,
  found: readonly Found[],
  target: Target,
): Promise<Sealed> {
  const { destination, dataKeys, fileKey } = target;
  const needsKey = found.some(({ type }) => type === 'SecureString');
  const sealingKey = needsKey ? await chooseDataKey(dataKeys, fileKey) : undefined;
  const seal = async (item: Found, stage: Stage): Promise<NewParameter> => {
    const described = describe(item.name.slice(destination.path.length), item, target);
    if (item.pointer) {
      const { blob } = await stage(takeBlob(tools, target, described.name, item, item.pointer));
      return {
        ...described,
        type: 'securestring',
        extension: extensionOf(item.pointer),
        content: { kind: 'blob', blob },
      };
    }
    if (item.type !== 'SecureString' || !sealingKey) {
      return { ...described, content: { kind: 'plain', text: item.value } };
    }
    const { id, dataKey } = sealingKey;
    const binding = { fullName: item.name, type: 'SecureString' };
    const text = sealInline(item.value, id, dataKey, binding);
    return { ...described, content: { kind: 'sealed', text } };
  };
  return stageTogether(async (stage) => ({
    parameters: await pMap(found, (item) => seal(item, stage), { concurrency: 4 }),
  }));
}

/** SSM says when the value was written there; a secret behind a pointer may be older. */
function describe(name: string, item: Found, target: Target): NewParameter {
  const { modified } = item;
  const isAged = target.maxAge !== undefined && isSecret(item) && modified !== undefined;
  const tags = Object.entries(item.tags).filter(([key, value]) => target.tags[key] !== value);
  return {
    name,
    type: item.type.toLowerCase(),
    ...notableFields(item),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
    ...(isAged && { changed: dayOf(modified) }),
  };
}

/**
 * An object of coffer's is taken as it is, so that the manifest names the very same object; any other
 * is sealed again.
 */
async function takeBlob(
  { aws, stores, spoolFolder, limit }: Tools,
  { file, destination, region, fileKey, allowForeign }: Target,
  name: string,
  item: Found,
  pointer: Pointer,
): Promise<StagedBlob> {
  const parameter = { name, fullName: item.name, type: 'SecureString' } as const;
  const place = { manifest: { file, destination }, parameter };
  const kms = await aws.kms(region);
  const objects = await stores.objects(region);
  const demands = accountDemands(item, { allowForeign });
  const object = await fetchObject(pointer, { objects, kms, spoolFolder, limit }, demands);
  try {
    const { header } = object;
    if (header.version !== 3 || !pointer.isBound)
      return await sealBlob(place, object.unverified(), fileKey);
    await object.verify();
    await fileKey.requireTrust();
    const dataKey = await object.dataKey();
    const commit = commitOf(dataKey);
    const context = blobContext(destination, parameter);
    const { wrapped } = await rewrap(
      header.wrapped,
      { kms, context: header.context },
      { kms: fileKey.kms, keyId: await fileKey.settle(), context },
      (found) => requireCommit(found, commit, `the data key of ${item.name}`),
    );
    const recovery = await fileKey.wrapForRecovery(dataKey, context);
    return await stageBlob(place, object.sealed(), { ...header, wrapped, recovery, commit });
  } finally {
    await object.close();
  }
}
