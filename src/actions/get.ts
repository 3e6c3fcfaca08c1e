import { buffer } from 'node:stream/consumers';
import { pointerOf, parseS3Url, type Pointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { fetchObject, type FetchedObject } from '../stores/s3/fetch.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

export interface GetOptions {
  /** What is larger is refused as `oversize`, before it is fetched; 64 MiB unless it says otherwise. */
  maxBytes?: number | undefined;
}

/** A value that can be read in chunks, as often as needed until it is closed. */
export type OpenValue = Pick<FetchedObject, 'size' | 'verified' | 'unverified' | 'close'>;

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The value of a parameter in SSM, or the whole verified object that it points to.
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

/** The same in chunks, of any size unless `maxBytes` is given. The caller has to close it. */
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
    hint: 'it looks like s3://bucket/key',
  });
}

/** The parameter's value, or what it points to. */
async function readParameter(
  { stores, homeRegion }: Tools,
  selector: string,
): Promise<string | Pointer> {
  const parameters = await stores.parameters(homeRegion);
  // As SSM has it: NAME:VERSION, NAME:label.
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
