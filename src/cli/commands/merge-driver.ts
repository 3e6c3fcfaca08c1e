import { isUtf8 } from 'node:buffer';
import { CofferError } from '../../errors.ts';
import { readBytes } from '../../files/read.ts';
import { replaceFile } from '../../files/replace.ts';
import { mergeLines } from '../../manifest/merge/lines.ts';
import { mergeManifests } from '../../manifest/merge/manifest.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';

/** Git calls it with files of its own; the result takes the place of ours. */
export async function run({ args, terminal }: Context): Promise<ExitCode> {
  const [base = '', ours = '', theirs = '', size = '7', path = ours] = args;
  const markerSize = Number(size);
  if (!/^\d{1,3}$/.test(size) || markerSize === 0) {
    throw new CofferError('usage', `${size} is no length of conflict markers`, {
      hint: 'git gives it as %L',
    });
  }
  const bytes = {
    base: await readBytes(base),
    ours: await readBytes(ours),
    theirs: await readBytes(theirs),
  };
  // As git does, nothing is written into what is no text; ours stays.
  if (Object.values(bytes).some((content) => content.includes(0))) {
    terminal.warn({ message: `${path} is binary and cannot be merged` });
    return EXIT.failure;
  }
  const isText = Object.values(bytes).every((content) => isUtf8(content));
  // Byte for byte, when it is in an encoding that nobody knows here.
  const encoding = isText ? 'utf8' : 'latin1';
  const merge = isText ? mergeManifests : mergeLines;
  const { text, conflicts } = merge(
    {
      base: bytes.base.toString(encoding),
      ours: bytes.ours.toString(encoding),
      theirs: bytes.theirs.toString(encoding),
    },
    { markerSize },
  );
  await replaceFile(ours, Buffer.from(text, encoding));
  return conflicts > 0 ? EXIT.failure : EXIT.ok;
}
