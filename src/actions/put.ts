import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { formatPointer, hasLooseParts, parseS3Url } from '../crypto/pointer.ts';
import { CofferError, isFailure } from '../errors.ts';
import { type Host, stopIfAborted } from '../host.ts';
import { findNameFault } from '../manifest/read/names.ts';
import { putObject } from '../stores/s3/put.ts';
import type { ParameterStore } from '../stores/ssm.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

/** Where an object goes, and which key it uses. */
export interface PutTarget {
  bucket: string;
  /** Prefix of the object's key, such as `apps/superman/keystore`. */
  path: string;
  /** The KMS key that readers may use. */
  kmskey: string;
  /** The parameter that points to the object. Default: `path`. */
  parameter?: string | undefined;
  /** Suffix of the object's key, such as `.tar`. */
  extension?: string | undefined;
}

export interface PutOptions {
  /** Allows an empty object. */
  allowEmpty?: boolean | undefined;
  /** Bytes of the data, if known: other data is refused. */
  size?: number | undefined;
  /** Replaces a parameter that holds a value of its own. Default: only a pointer is replaced. */
  overwrite?: boolean | undefined;
}

export interface PutReport {
  /** The full name of the parameter that points to the object. */
  parameter: string;
  /** URL of the object. */
  url: string;
}

/**
 * Publishes data of any size as an object in S3, and makes a parameter point to it.
 * @param data of which large data goes to a spool file, as ciphertext; or a function that opens the
 * data, and is called again for it, such as `() => createReadStream(file)`: that needs no space
 * @throws CofferError if nothing was published
 */
export async function put(
  tools: Tools,
  data: AsyncIterable<Buffer> | (() => AsyncIterable<Buffer>),
  { path, bucket, kmskey, ...target }: PutTarget,
  { allowEmpty = false, size, overwrite = false }: PutOptions = {},
): Promise<PutReport> {
  const { aws, stores, host, homeRegion: region, spoolFolder } = tools;
  const limit = tools.limit.ofStreams;
  if (size !== undefined) limit.refuseLarger('the data', size);
  const prefix = prefixOf(path);
  const parameter = parameterName(target.parameter ?? path, region);
  const extension = extensionOf(target.extension ?? '');
  const services = {
    objects: await stores.objects(region),
    kms: await aws.kms(region),
    spoolFolder,
  };
  const parameters = await stores.parameters(region);
  if (!overwrite) await refuseToReplaceValue(parameters, parameter, host);

  const signal = host.onStop();
  const sealing = host.progress('encrypting', 'bytes');
  const uploading = host.progress('uploading', 'bytes');
  const chunks = typeof data === 'function' ? data() : data;
  const source = limit.cut('the data', untilStopped(chunks, signal));
  const pointer = await putObject(
    refusePartial(source, { allowEmpty, size }),
    {
      bucket,
      prefix,
      extension,
      kmskey,
      parameter,
      again: typeof data === 'function' ? data : undefined,
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
  host.note(`${parameter} now points to it`);
  return { parameter, url: formatPointer(pointer) };
}

/** @throws CofferError `usage` for a name that SSM would refuse after the upload */
function parameterName(text: string, region = ''): string {
  const name = completeName(text.replace(/\/+$/, ''));
  const fault = findNameFault(name.replace(/^\//, ''), { path: '/', region, store: 'ssm' });
  if (!fault) return name;
  throw new CofferError('usage', `invalid parameter name ${text}: ${fault.message}`, fault);
}

function prefixOf(path: string): string {
  const prefix = path.replaceAll(/^\/+|\/+$/g, '');
  if (prefix === '' || !hasLooseParts(prefix)) return prefix;
  throw new CofferError('usage', `${path} cannot be the prefix of an object`, {
    hint: 'leave out . and .. and repeated slashes, as in apps/superman/keystore',
  });
}

/**
 * A value of its own may be a secret of a manifest, which its readers would lose. Without the right
 * to look, put writes as s3-kms-ssm-secrets does.
 */
async function refuseToReplaceValue(
  parameters: ParameterStore,
  name: string,
  host: Host,
): Promise<void> {
  const found = await parameters.get(name, false).catch((error: unknown) => {
    if (isFailure(error, 'denied')) {
      host.warn({
        message: `${name} will be replaced whatever it holds: ssm:GetParameter is denied`,
        hint: 'ask for this permission, or add --overwrite',
      });
    } else if (!isFailure(error, 'not-found')) throw error;
    return undefined;
  });
  if (!found || (found.type === 'String' && parseS3Url(found.value))) return;
  const what = `${name} is a ${found.type} with a value of its own, not a pointer`;
  throw new CofferError('conflict', `${what}: nothing was published`, {
    hint: 'name another parameter with --ssm, or replace the value with --overwrite',
  });
}

function extensionOf(extension: string): string {
  if (/^(\.?[A-Za-z0-9_-][A-Za-z0-9._-]*)?$/.test(extension)) {
    return extension === '' || extension.startsWith('.') ? extension : `.${extension}`;
  }
  throw new CofferError('usage', `--extension ${extension} is not a file suffix`, {
    hint: 'for example .tar',
  });
}

/** A program at the other end of a pipe may never end, so an abort must end the reading. */
async function* untilStopped(
  data: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const chunks = data[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await orAborted(chunks.next(), signal);
      if (done) return await hearLast(signal);
      yield value;
    }
  } finally {
    if (signal?.aborted && data instanceof Readable) data.destroy();
    const ended = chunks.return?.();
    // A generator would end only when its next data comes.
    if (signal?.aborted) ended?.catch(() => {});
    else await ended;
  }
}

/**
 * Ctrl-C ends the program before the pipe too, and its end can be seen before the signal is: that
 * takes two turns of the event loop.
 */
async function hearLast(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  await setImmediate();
  stopIfAborted(signal);
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new CofferError('interrupted', 'interrupted while data was read'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const forget = () => signal.removeEventListener('abort', stop);
    work.then(resolve, reject).finally(forget);
  });
}

/** A failed command leaves no data in a pipe, and a file may be cut meanwhile: neither may replace a secret. */
async function* refusePartial(
  data: AsyncIterable<Buffer>,
  { allowEmpty, size }: PutOptions,
): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of data) {
    read += chunk.length;
    yield chunk;
  }
  if (size !== undefined && read !== size) {
    const fault = `the data has ${read} bytes, not the expected ${size}`;
    throw new CofferError('source', `${fault}: nothing was published`, {
      hint: 'if it comes from a file, try again once nothing writes to it',
    });
  }
  if (read > 0 || allowEmpty) return;
  throw new CofferError('usage', 'no data: nothing was published', {
    hint: 'did the command before the pipe fail? add --allow-empty to publish an empty object',
  });
}
