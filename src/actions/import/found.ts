import pMap from 'p-map';
import { parseMetadata } from '../../crypto/object-format.ts';
import { formatPointer, pointerOf, type Pointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import type { Tags } from '../../manifest/index.ts';
import { catchUp } from '../../stores/read.ts';
import { PATIENT } from '../../stores/patience.ts';
import { HINTS } from '../../stores/s3/expected.ts';
import type { ObjectStore } from '../../stores/s3/objects.ts';
import type { ParameterMetadata } from '../../stores/parameter.ts';
import type { ParameterStore } from '../../stores/ssm.ts';
import type { Tools } from '../tools.ts';

/** A parameter in AWS. */
export interface Found extends ParameterMetadata {
  value: string;
  /** The account that has it. */
  account: string | undefined;
  pointer: Pointer | undefined;
  tags: Tags;
  /** The KMS key of the value, in SSM or S3; unknown for objects of other writers. */
  kmskey: string | undefined;
}

/** The parameters under a path to import. */
export interface Place {
  path: string;
  region: string;
  /** Full names that the manifest already has. */
  known: ReadonlySet<string>;
}

/**
 * Reads the parameters under a path that are not in `known`, sorted by name.
 * @returns `leftOut`: names without a leading slash, which a manifest cannot contain
 */
export async function findParameters(
  { stores, concurrency, limit }: Tools,
  { path, region, known }: Place,
): Promise<{ found: Found[]; leftOut: string[] }> {
  const parameters = await stores.parameters(region);
  const described = (await parameters.describePath(path))
    .filter(({ name }) => !known.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isBelow = ({ name }: ParameterMetadata) => name.startsWith(path);
  const wanted = described.filter(isBelow);
  const values = await parameters.getMany(wanted.map(({ name }) => name));
  const services = { parameters, concurrency, patience: PATIENT };
  const found = await pMap(
    await catchUp(wanted, values, services),
    async (listed) => {
      // If it was deleted in between, AWS reports that.
      const { account, type, value } =
        values.get(listed.name) ?? (await parameters.get(listed.name));
      const item = { ...listed, account, type, value };
      const pointer = pointerOf(item);
      if (!pointer) limit.take(item.name, Buffer.byteLength(value));
      const kmskey = pointer
        ? await keyOfObject(item.name, pointer, await stores.objects(region))
        : type === 'SecureString'
          ? item.keyId
          : undefined;
      return { ...item, pointer, kmskey, tags: await tagsOf(item.name, parameters) };
    },
    { concurrency },
  );
  const leftOut = described.filter((item) => !isBelow(item)).map(({ name }) => name);
  return { found, leftOut };
}

/** AWS's own tags, which others cannot write. */
async function tagsOf(name: string, parameters: ParameterStore): Promise<Tags> {
  const tags = Object.entries(await parameters.tags(name));
  return Object.fromEntries(tags.filter(([key]) => !key.startsWith('aws:')));
}

/** As noted by coffer or s3-kms-ssm-secrets. */
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
      { hint: 'delete the parameter or write its object again, then import' },
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
