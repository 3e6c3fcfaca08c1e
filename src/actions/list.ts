import pMap from 'p-map';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { ParameterMetadata, StoredParameter } from '../stores/parameter.ts';
import type { ParameterStore } from '../stores/ssm.ts';
import { placesOf } from './places.ts';
import type { Tools } from './tools.ts';

/** A parameter in AWS, without its value. */
export interface ListedParameter extends ParameterMetadata {
  region: string | undefined;
  /** Bytes of the value, or of the object it points to; unknown without the right to decrypt it. */
  size: number | undefined;
  /** URL of the object that holds the value. */
  pointer: string | undefined;
}

/**
 * Lists what SSM holds under paths, by name, in a manifest or not; for a manifest, in all of its
 * regions.
 * @param filesOrPaths manifests, for their paths, and paths such as `/app/`
 */
export async function list(
  tools: Tools,
  filesOrPaths: readonly string[],
): Promise<ListedParameter[]> {
  // Paths may overlap; a parameter is listed once.
  const found = new Map<string, ListedParameter>();
  const places = await placesOf(tools, filesOrPaths);
  const everywhere = places.flatMap(({ path, region, manifest }) =>
    (manifest?.regions ?? [region]).map((each) => ({ path, region: each })),
  );
  for (const { path, region } of everywhere) {
    for (const item of await listPath(tools, path, region)) {
      found.set(`${item.name} ${item.region}`, item);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

async function listPath(
  tools: Tools,
  path: string,
  region: string | undefined,
): Promise<ListedParameter[]> {
  const parameters = await tools.stores.parameters(region);
  const found = await parameters.describePath(path);
  const values = await readValues(parameters, found);
  return pMap(found, (item) => describe(tools, region, item, values), {
    concurrency: tools.concurrency,
  });
}

async function readValues(parameters: ParameterStore, found: readonly ParameterMetadata[]) {
  const names = found.map(({ name }) => name);
  try {
    return await parameters.getMany(names);
  } catch (error) {
    if (!(error instanceof CofferError) || error.code !== 'denied') throw error;
    // Without the right to decrypt, everything else is still readable, pointers included.
    const open = found.filter(({ type }) => type !== 'SecureString').map(({ name }) => name);
    return parameters.getMany(open);
  }
}

async function describe(
  { stores }: Tools,
  region: string | undefined,
  listed: ParameterMetadata,
  values: ReadonlyMap<string, StoredParameter>,
): Promise<ListedParameter> {
  // SSM may still list the previous version.
  const { value, type, version } = values.get(listed.name) ?? { ...listed, value: undefined };
  const item = { ...listed, type, version };
  const pointer = pointerOf({ type, value });
  if (!pointer) {
    const size = value === undefined ? undefined : Buffer.byteLength(value);
    return { ...item, region, size, pointer: undefined };
  }
  const objects = await stores.objects(region);
  const info = await objects.head(pointer.bucket, pointer.key);
  return { ...item, region, size: info && info.size - TAG_BYTES, pointer: value };
}
