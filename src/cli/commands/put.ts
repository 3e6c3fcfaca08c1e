import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { addAbortSignal, type Readable } from 'node:stream';
import { formatPointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { findNameFault } from '../../manifest/read/names.ts';
import { putObject } from '../../stores/s3/put.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import type { Flags } from '../flags.ts';
import { onInterrupt } from '../terminal/interrupt.ts';
import { completeName } from '../../actions/parameter-name.ts';
import { writeReport } from '../report.ts';

const READ_BYTES = 1024 * 1024;

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal, aws, region } = context;
  const path = required(flags, 'path', 'the prefix of the object, such as apps/superman/keystore');
  const bucket = required(flags, 'bucket', 'the bucket that takes the object');
  const kmskey = required(flags, 'key', 'the KMS key that readers may use, such as alias/superman');
  const parameter = parameterName(flags.string('ssm') ?? path, region);
  const extension = extensionOf(flags.string('extension') ?? '');
  const { data, size } = await openInput(flags.string('file'));
  const services = {
    objects: await aws.objects(region),
    kms: await aws.kms(region),
    spoolFolder: tmpdir(),
  };
  const parameters = await aws.parameters(region);

  const signal = onInterrupt(terminal);
  const sealing = terminal.progress('sealing', 'bytes');
  const uploading = terminal.progress('uploading', 'bytes');
  // A program at the other end of a pipe may never end.
  const source = addAbortSignal(signal, data);
  const pointer = await putObject(
    flags.boolean('allowEmpty') ? source : refuseNothing(source),
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
  const url = formatPointer(pointer);
  terminal.note(`${parameter} points to it now`);
  if (context.json) await writeReport(context, { parameter, url });
  else await terminal.write(`${url}\n`);
  return EXIT.ok;
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

/** A file, or standard input, whose size nobody knows. */
async function openInput(
  file: string | undefined,
): Promise<{ data: Readable; size: number | undefined }> {
  if (file === undefined || file === '-') {
    if (process.stdin.isTTY) {
      throw new CofferError('usage', 'there is no data on standard input', {
        hint: 'pipe it in, or name a file with --file',
      });
    }
    return { data: process.stdin, size: undefined };
  }
  const stats = await stat(file);
  if (stats.isDirectory()) {
    throw new CofferError('usage', `${file} is a folder`, {
      hint: 'pack it: tar c … | coffer put',
    });
  }
  const size = stats.isFile() ? stats.size : undefined;
  return { data: createReadStream(file, { highWaterMark: READ_BYTES }), size };
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

function required(flags: Flags, name: string, what: string): string {
  const value = flags.string(name);
  if (value) return value;
  throw new CofferError('usage', `coffer put needs --${name}`, { hint: what });
}
