import { buffer } from 'node:stream/consumers';
import { pointerOf, parseS3Url, type Pointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { StoredParameter } from '../stores/parameter.ts';
import { fetchObject, type Demands, type FetchedObject } from '../stores/s3/fetch.ts';
import { accountDemands } from './demands.ts';
import { nearest } from '../manifest/nearest.ts';
import type { ParameterStore } from '../stores/ssm.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

export interface GetOptions {
  /** Of an object that is given by its URL: the full name of the parameter that it belongs to. */
  parameter?: string | undefined;
  /** Takes a bucket or a key of another account than the parameter's. */
  allowForeign?: boolean | undefined;
}

/** A value that can be read in chunks, repeatedly, until it is closed. */
export type OpenValue = Pick<FetchedObject, 'size' | 'verified' | 'unverified' | 'close'>;

/**
 * Returns the value of a parameter in SSM, or of the verified object that it points to.
 * @param selector a parameter (`NAME`, `NAME@3`, `NAME@label`), or an object (`s3://bucket/key`)
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
  { parameter, allowForeign = false }: GetOptions = {},
): Promise<OpenValue> {
  if (selector.startsWith('s3://')) {
    const demands = { parameter: parameter && completeName(parameter) };
    return openObject(tools, objectAt(selector), demands);
  }
  if (parameter !== undefined) {
    throw new CofferError('usage', '--parameter is for an object that is given by its URL', {
      hint: 'leave it out: the name is the parameter',
    });
  }
  const found = await readParameter(tools, selector);
  const pointer = pointerOf(found);
  if (pointer) return openObject(tools, pointer, accountDemands(found, { allowForeign }));
  const value = openText(found.value);
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

async function readParameter(
  { stores, homeRegion }: Tools,
  selector: string,
): Promise<StoredParameter> {
  const parameters = await stores.parameters(homeRegion);
  // SSM's own notation: NAME:VERSION, NAME:label.
  const wanted = completeName(selector.replace(/@(?=[^@/]+$)/, ':'));
  return parameters.get(wanted).catch(async (error: unknown) => {
    throw await withNearest(error, wanted, parameters);
  });
}

/** Suggests a name beside one that does not exist, if the caller may list its folder. */
async function withNearest(
  error: unknown,
  wanted: string,
  parameters: ParameterStore,
): Promise<unknown> {
  const [name = '', version] = wanted.split(':');
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  // At the root there may be thousands.
  const isFar = !/^\/.+\//.test(folder);
  if (!(error instanceof CofferError) || error.code !== 'not-found' || isFar) return error;
  const siblings = await parameters.describePath(folder).catch(() => []);
  const names = siblings.map((parameter) => parameter.name.slice(folder.length));
  const last = name.slice(folder.length);
  const close = names.includes(last) ? undefined : nearest(last, names);
  if (close === undefined) return error;
  const suffix = version === undefined ? '' : `@${version}`;
  return new CofferError(error.code, error.message, {
    hint: `did you mean ${folder}${close}${suffix}?`,
    cause: error.cause,
  });
}

function openText(text: string): OpenValue {
  const bytes = Buffer.from(text);
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

async function openObject(
  { aws, stores, host, homeRegion, spoolFolder, limit }: Tools,
  pointer: Pointer,
  demands: Demands,
): Promise<OpenValue> {
  const progress = host.progress('fetching', 'bytes');
  const services = {
    objects: await stores.objects(homeRegion),
    kms: await aws.kms(homeRegion),
    spoolFolder,
    limit,
    onProgress: (done: number, total: number) => {
      progress.update(done, total);
      // Before the data follows on a terminal.
      if (done === total) progress.end();
    },
  };
  const object = await fetchObject(pointer, services, demands);
  const close = () => object.close().finally(progress.end);
  return { ...object, close };
}
