import { buffer } from 'node:stream/consumers';
import { pointerOf, parseS3Url, type Pointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { fetchObject, type FetchedObject } from '../stores/s3/fetch.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

export interface GetOptions {
  /** Refuses larger values as `oversize` before fetching them. Default: 64 MiB. */
  maxBytes?: number | undefined;
}

/** A value that can be read in chunks, repeatedly, until it is closed. */
export type OpenValue = Pick<FetchedObject, 'size' | 'verified' | 'unverified' | 'close'>;

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Returns the value of a parameter in SSM, or of the verified object that it points to.
 * @param selector a parameter (`NAME`, `NAME@3`, `NAME@label`), or an object (`s3://bucket/key`)
 * @throws CofferError such as `not-found`, `oversize` or `tampered`
 */
export async function get(
  tools: Tools,
  selector: string,
  { maxBytes = MAX_BYTES }: GetOptions = {},
): Promise<Buffer> {
  const value = await openValue(tools, selector, { maxBytes });
  try {
    return await buffer(value.unverified());
  } finally {
    await value.close();
  }
}

/** Like `get`, in chunks, and of any size unless `maxBytes` is given. The caller must close it. */
export async function openValue(
  tools: Tools,
  selector: string,
  { maxBytes }: GetOptions = {},
): Promise<OpenValue> {
  const value = selector.startsWith('s3://')
    ? objectAt(selector)
    : await readParameter(tools, selector);
  return typeof value === 'string' ? openText(value) : openObject(tools, value, maxBytes);
}

function objectAt(url: string): Pointer {
  const pointer = parseS3Url(url);
  if (pointer) return pointer;
  throw new CofferError('usage', `${url} is not the URL of an object`, {
    hint: 'write it as s3://bucket/key',
  });
}

/** The parameter's value, or its pointer. */
async function readParameter(
  { stores, homeRegion }: Tools,
  selector: string,
): Promise<string | Pointer> {
  const parameters = await stores.parameters(homeRegion);
  // SSM's own notation: NAME:VERSION, NAME:label.
  const name = completeName(selector.replace(/@(?=[^@/]+$)/, ':'));
  const parameter = await parameters.get(name);
  return pointerOf(parameter) ?? parameter.value;
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
  { aws, stores, host, homeRegion, spoolFolder }: Tools,
  pointer: Pointer,
  maxBytes: number | undefined,
): Promise<OpenValue> {
  const progress = host.progress('fetching', 'bytes');
  return fetchObject(pointer, {
    objects: await stores.objects(homeRegion),
    kms: await aws.kms(homeRegion),
    spoolFolder,
    maxBytes,
    onProgress: progress.update,
  }).finally(progress.end);
}
