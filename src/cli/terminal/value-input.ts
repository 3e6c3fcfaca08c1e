import { buffer } from 'node:stream/consumers';
import { CofferError } from '../../errors.ts';
import { readBytes } from '../../files/read.ts';
import { asText } from '../../formats/text.ts';
import { askTwice } from './hidden-prompt.ts';
import type { Terminal } from './terminal.ts';

/** Where a value comes from. */
export interface ValueInput {
  /** `-` is standard input. */
  file: string | undefined;
  /** Whether the last line break of standard input belongs to the value. */
  keepNewline: boolean;
}

/** The value that a call brings along: of a file, of standard input, or of whoever sits there. */
export async function readValue(
  { isInteractive, streams }: Terminal,
  name: string,
  { file, keepNewline }: ValueInput,
): Promise<Buffer> {
  if (file !== undefined && file !== '-') return readBytes(file);
  if (!streams.stdin.isTTY) {
    const piped = await buffer(streams.stdin);
    const value = keepNewline ? piped : withoutLineBreak(piped);
    if (value.length > 0) return value;
    throw new CofferError('source', `the value of ${name} is empty`, {
      hint: 'SSM holds no empty value; did the command before the pipe fail?',
    });
  }
  if (isInteractive) return Buffer.from(await askTwice(streams, `Value of ${name}`), 'utf8');
  throw new CofferError('usage', `there is no value for ${name}`, {
    hint: 'pipe it in, or name a file with --from-file',
  });
}

/** Text without the line break that `echo` and editors put at its end. */
function withoutLineBreak(bytes: Buffer): Buffer {
  const text = asText(bytes);
  return text === undefined ? bytes : Buffer.from(text.replace(/\r?\n$/, ''), 'utf8');
}
