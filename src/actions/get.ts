import { buffer } from 'node:stream/consumers';
import { pointerOf, parseS3Url, type Pointer } from '../crypto/pointer.ts';
import { CofferError, isFailure } from '../errors.ts';
import { propertyOf } from '../formats/properties.ts';
import type { StoreName } from '../manifest/model.ts';
import { parseSelector } from '../plan/versions.ts';
import type { StoredValue } from '../stores/parameter.ts';
import type { FetchedObject } from '../stores/s3/fetch.ts';
import { accountDemands } from './demands.ts';
import { fetchShown } from './fetching.ts';
import { nearest } from '../manifest/nearest.ts';
import type { ValueReader, VersionSelector } from '../stores/port.ts';
import { completeName, explainMissing, refusePath, storeOfName } from './parameter-name.ts';
import { readerFor } from './stores.ts';
import type { Tools } from './tools.ts';

export interface GetOptions {
  /** Of an object that is given by its URL: the full name of the parameter that it belongs to. */
  parameter?: string | undefined;
  /** Takes a bucket or a key of another account than the parameter's. */
  allowForeign?: boolean | undefined;
  /** Where the name is. Default: SSM, unless it is the ARN of a secret. */
  store?: StoreName | undefined;
  /** Of a value that is a JSON object: this one of its texts. */
  property?: string | undefined;
}

/** A value that can be read in chunks, repeatedly, until it is closed. */
export type OpenValue = Pick<FetchedObject, 'size' | 'verified' | 'unverified' | 'close'>;

/**
 * Returns the value of a parameter in SSM, of the verified object that it points to, or of a secret.
 * @param selector a parameter or secret (`NAME`, `NAME@3`, `NAME@label`, `NAME@latest`,
 * `NAME@VERSIONID`), or an
 * object (`s3://bucket/key`)
 * @throws CofferError such as `not-found`, `oversize` or `tampered`
 */
export async function get(
  tools: Tools,
  selector: string,
  options: GetOptions = {},
): Promise<Buffer> {
  const value = await openValue(tools, selector, options);
  try {
    return await buffer(value.unverified());
  } finally {
    await value.close();
  }
}

/** Like `get`, in chunks. The caller must close it. */
export async function openValue(
  tools: Tools,
  selector: string,
  { parameter, allowForeign = false, store, property }: GetOptions = {},
): Promise<OpenValue> {
  if (selector.startsWith('s3://')) {
    const demands = { parameter: parameter && completeName(parameter) };
    return fetchShown(tools, objectAt(selector), demands, tools.homeRegion);
  }
  if (parameter !== undefined) {
    throw new CofferError('usage', '--parameter is for an object that is given by its URL', {
      hint: 'leave it out: the name is the parameter',
    });
  }
  const found = await readValue(tools, selector, store);
  const pointer = pointerOf(found);
  if (property !== undefined && !found.bytes && !pointer) {
    return openBytes(Buffer.from(propertyOf(found.value, property, found.name)));
  }
  if (property !== undefined) {
    throw new CofferError('usage', `${found.name} has no properties: its value is not text`);
  }
  if (pointer)
    return fetchShown(tools, pointer, accountDemands(found, { allowForeign }), tools.homeRegion);
  const value = openBytes(found.bytes ?? Buffer.from(found.value));
  tools.limit.take(found.name, value.size);
  return value;
}

function objectAt(url: string): Pointer {
  const pointer = parseS3Url(url);
  if (pointer) return pointer;
  throw new CofferError('usage', `${url} is not the URL of an object`, {
    hint: 'write it as s3://bucket/key',
  });
}

async function readValue(
  tools: Tools,
  selector: string,
  store: StoreName | undefined,
): Promise<StoredValue> {
  const { homeRegion: region } = tools;
  const where = storeOfName(selector, store);
  const reader = await readerFor(tools, { store: where, region });
  const name = reader.complete(selector);
  const wanted = parseSelector(name) ?? { name };
  refusePath(wanted.name, where);
  return reader.get(wanted).catch(async (error: unknown) => {
    const typed = parseSelector(selector)?.name ?? selector;
    throw explainMissing(await withNearest(error, wanted, reader), typed, store);
  });
}

/** Suggests a name beside one that does not exist, if the caller may list its folder. */
async function withNearest(
  error: unknown,
  { name, version }: VersionSelector,
  reader: ValueReader,
): Promise<unknown> {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  // At the root there may be thousands.
  const isFar = !/^\/.+\//.test(folder);
  if (!isFailure(error, 'not-found') || isFar) return error;
  const siblings = await reader.list(folder).catch(() => []);
  const names = siblings.map((sibling) => sibling.name.slice(folder.length));
  const last = name.slice(folder.length);
  const close = names.includes(last) ? undefined : nearest(last, names);
  if (close === undefined) return error;
  const suffix = version === undefined ? '' : `@${version}`;
  return new CofferError(error.code, error.message, {
    hint: `did you mean ${folder}${close}${suffix}?`,
    cause: error.cause,
  });
}

function openBytes(bytes: Buffer): OpenValue {
  const chunks = async function* () {
    yield await Promise.resolve(bytes);
  };
  return {
    size: bytes.length,
    verified: chunks,
    unverified: chunks,
    close: () => Promise.resolve(),
  };
}
