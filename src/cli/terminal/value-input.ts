import { buffer } from 'node:stream/consumers';
import { CofferError } from '../../errors.ts';
import { readBytes } from '../../files/read.ts';
import { asText } from '../../seal/limits.ts';
import type { Context } from '../context.ts';
import { askTwice } from './hidden-prompt.ts';

/** The value that a call brings along: of a file, of standard input, or of whoever sits there. */
export async function readValue({ flags, terminal }: Context, name: string): Promise<Buffer> {
  const file = flags.string('fromFile');
  if (file !== undefined && file !== '-') return readBytes(file);
  if (!process.stdin.isTTY) {
    const piped = await buffer(process.stdin);
    const value = flags.boolean('keepNewline') ? piped : withoutLineBreak(piped);
    if (value.length > 0) return value;
    throw new CofferError('source', `the value of ${name} is empty`, {
      hint: 'SSM holds no empty value; did the command before the pipe fail?',
    });
  }
  if (terminal.isInteractive) return Buffer.from(await askTwice(`Value of ${name}`), 'utf8');
  throw new CofferError('usage', `there is no value for ${name}`, {
    hint: 'pipe it in, or name a file with --from-file',
  });
}

/** Text without the line break that `echo` and editors put at its end. */
function withoutLineBreak(bytes: Buffer): Buffer {
  const text = asText(bytes);
  return text === undefined ? bytes : Buffer.from(text.replace(/\r?\n$/, ''), 'utf8');
}
