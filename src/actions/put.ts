import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatPointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { findNameFault } from '../manifest/read/names.ts';
import { putObject } from '../stores/s3/put.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

/** Where an object goes, and who may read it. */
export interface PutTarget {
  bucket: string;
  /** What the object's key begins with, such as `apps/superman/keystore`. */
  path: string;
  /** The KMS key that readers may use. */
  kmskey: string;
  /** The parameter that points to the object; named as `path` unless it says otherwise. */
  parameter?: string | undefined;
  /** What the object's key ends with, such as `.tar`. */
  extension?: string | undefined;
}

export interface PutOptions {
  /** Whether an object of no bytes may be published. */
  allowEmpty?: boolean | undefined;
  /** Bytes of the data, if they are known: for progress. */
  size?: number | undefined;
}

export interface PutReport {
  /** The full name of the parameter that points to the object. */
  parameter: string;
  /** Of the object. */
  url: string;
}

/**
 * Publishes data of any size as an object in S3, and points a parameter to it.
 * @throws CofferError, when nothing was published
 */
export async function put(
  tools: Tools,
  data: AsyncIterable<Buffer>,
  { path, bucket, kmskey, ...target }: PutTarget,
  { allowEmpty = false, size }: PutOptions = {},
): Promise<PutReport> {
  const { aws, stores, host, homeRegion: region, spoolFolder } = tools;
  const parameter = parameterName(target.parameter ?? path, region);
  const extension = extensionOf(target.extension ?? '');
  const services = {
    objects: await stores.objects(region),
    kms: await aws.kms(region),
    spoolFolder,
  };
  const parameters = await stores.parameters(region);

  const signal = host.onStop();
  const sealing = host.progress('sealing', 'bytes');
  const uploading = host.progress('uploading', 'bytes');
  const source = untilStopped(data, signal);
  const pointer = await putObject(
    allowEmpty ? source : refuseNothing(source),
    {
      bucket,
      prefix: path,
      extension,
      kmskey,
      parameter,
      signal,
      onSealed: (bytes) => sealing.update(bytes, size),
      onUploaded: uploading.update,
      point: async (to) => {
        await parameters.put({
          name: parameter,
          type: 'String',
          value: formatPointer(to),
          description: 'Pointer to s3 object',
          overwrite: true,
        });
      },
    },
    services,
  ).finally(() => {
    sealing.end();
    uploading.end();
  });
  host.note(`${parameter} points to it now`);
  return { parameter, url: formatPointer(pointer) };
}

/** @throws CofferError `usage` for what SSM would refuse once all the data had gone up. */
function parameterName(text: string, region = ''): string {
  const name = completeName(text.replace(/\/+$/, ''));
  const fault = findNameFault('/', name.replace(/^\//, ''), region);
  if (!fault) return name;
  throw new CofferError('usage', `the parameter ${text} cannot be: ${fault.message}`, fault);
}

function extensionOf(extension: string): string {
  if (/^(\.?[A-Za-z0-9_-][A-Za-z0-9._-]*)?$/.test(extension)) {
    return extension === '' || extension.startsWith('.') ? extension : `.${extension}`;
  }
  throw new CofferError('usage', `--extension ${extension} is no file suffix`, {
    hint: 'such as .tar',
  });
}

/** A program at the other end of a pipe may never end. */
async function* untilStopped(
  data: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const through = new PassThrough();
  // What fails on the way to `through` makes reading from it fail.
  pipeline(data, through, { signal }).catch(() => {});
  yield* through as AsyncIterable<Buffer>;
}

/** Nothing is what comes of a command that failed: it is not to take the place of a secret. */
async function* refuseNothing(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of data) {
    size += chunk.length;
    yield chunk;
  }
  if (size > 0) return;
  throw new CofferError('usage', 'there is no data: nothing was published', {
    hint: 'did the command before the pipe fail? --allow-empty publishes an object of no bytes',
  });
}
