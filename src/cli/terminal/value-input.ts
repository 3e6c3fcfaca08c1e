import { CofferError } from '../../errors.ts';
import { readBytes } from '../../files/read.ts';
import { asText } from '../../formats/text.ts';
import type { SizeLimit } from '../../sizes.ts';
import { askTwice } from './hidden-prompt.ts';
import type { Terminal } from './terminal.ts';

/** Where a value comes from. */
export interface ValueInput {
  /** `-` means standard input. */
  file: string | undefined;
  /** Whether to keep the last line break of standard input. */
  keepNewline: boolean;
  limit: SizeLimit;
}

/** Reads a value from a file, standard input, or a prompt. */
export async function readValue(
  { isInteractive, streams }: Terminal,
  name: string,
  { file, keepNewline, limit }: ValueInput,
): Promise<Buffer> {
  if (file !== undefined && file !== '-') return readBytes(file, limit, { mayBePipe: true });
  if (!streams.stdin.isTTY) {
    const piped = await limit.gather(`the value of ${name}`, streams.stdin);
    const value = keepNewline ? piped : withoutLineBreak(piped);
    if (value.length > 0) return value;
    throw new CofferError('source', `the value of ${name} is empty`, {
      hint: 'SSM cannot hold an empty value; did the command before the pipe fail?',
    });
  }
  if (isInteractive) return Buffer.from(await askTwice(streams, `Value of ${name}`), 'utf8');
  throw new CofferError('usage', `no value for ${name}`, {
    hint: 'pipe the value in, or name a file that holds it',
  });
}

/** Drops the line break that `echo` and editors add at the end of text. */
function withoutLineBreak(bytes: Buffer): Buffer {
  const text = asText(bytes);
  return text === undefined ? bytes : Buffer.from(text.replace(/\r?\n$/, ''), 'utf8');
}
