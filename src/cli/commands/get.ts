import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parsePointer, parseS3Url, type Pointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { fetchObject } from '../../stores/s3/fetch.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { onInterrupt } from '../terminal/interrupt.ts';
import { explainOutputError } from '../terminal/output.ts';
import { completeName } from '../../actions/parameter-name.ts';
import { isPipeOrDevice, writePrivateFile } from '../../files/private-file.ts';

export async function run(context: Context): Promise<ExitCode> {
  const selector = selectorOf(context);
  const file = context.flags.string('output');
  const isUrl = selector.startsWith('s3://');
  const url = parseS3Url(selector);
  if (isUrl && !url) {
    throw new CofferError('usage', `${selector} is not the URL of an object`, {
      hint: 'it looks like s3://bucket/key',
    });
  }
  const value = url ?? (await readParameter(context, selector));
  const chunks =
    typeof value === 'string' ? () => [Buffer.from(value)] : await fetchChunks(context, value);
  if (file === undefined || file === '-') {
    for await (const chunk of chunks(true)) await context.terminal.write(chunk);
  } else if (await isPipeOrDevice(file)) {
    await writeFile(file, chunks(true), { flag: 'a' }).catch((error: unknown) => {
      throw explainOutputError(error, file);
    });
  } else await writePrivateFile(file, chunks(false), onInterrupt(context.terminal));
  return EXIT.ok;
}

/** SSM's own selectors, and `NAME@VERSION`, `NAME@label`, which read better. */
function selectorOf({ args, flags }: Context): string {
  const name = args[0] ?? flags.string('path');
  if (!name) throw new CofferError('usage', 'coffer get needs a name or an s3:// URL');
  return name.startsWith('s3://') ? name : completeName(name.replace(/@(?=[^@/]+$)/, ':'));
}

/** The parameter's value, or what it points to. */
async function readParameter(context: Context, selector: string): Promise<string | Pointer> {
  const parameters = await context.aws.parameters(context.region);
  const { type, value } = await parameters.get(selector);
  return (type === 'String' ? parsePointer(value) : undefined) ?? value;
}

async function fetchChunks(context: Context, pointer: Pointer) {
  const progress = context.terminal.progress('fetching', 'bytes');
  const object = await fetchObject(pointer, {
    objects: await context.aws.objects(context.region),
    kms: await context.aws.kms(context.region),
    spoolFolder: tmpdir(),
    onProgress: progress.update,
  }).finally(progress.end);
  return async function* (verifyFirst: boolean) {
    try {
      yield* verifyFirst ? object.verified() : object.unverified();
    } finally {
      await object.close();
    }
  };
}
