import { isUtf8 } from 'node:buffer';
import { readBytes } from '../files/read.ts';
import { replaceFile } from '../files/replace.ts';
import { mergeLines } from '../manifest/merge/lines.ts';
import { mergeManifests } from '../manifest/merge/manifest.ts';
import type { Tools } from './tools.ts';

/** Paths of three versions of one file. */
export interface MergeFiles {
  base: string;
  /** The result takes its place. */
  ours: string;
  theirs: string;
}

export interface MergeOptions {
  /** Length of conflict markers; 7 without it. */
  markerSize?: number | undefined;
  /** What people call the file. */
  path?: string | undefined;
}

export interface MergeReport {
  /** Whether both sides are in the result, without a conflict. */
  isMerged: boolean;
  /** How many places both sides changed; each is between conflict markers. */
  conflicts: number;
}

/** Merges three versions of a manifest by parameter; what is no manifest, by lines. */
export async function mergeDriver(
  { host }: Pick<Tools, 'host'>,
  { base, ours, theirs }: MergeFiles,
  { markerSize = 7, path = ours }: MergeOptions = {},
): Promise<MergeReport> {
  const bytes = {
    base: await readBytes(base),
    ours: await readBytes(ours),
    theirs: await readBytes(theirs),
  };
  // As git does, nothing is written into what is no text; ours stays.
  if (Object.values(bytes).some((content) => content.includes(0))) {
    host.warn({ message: `${path} is binary and cannot be merged` });
    return { isMerged: false, conflicts: 0 };
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
  return { isMerged: conflicts === 0, conflicts };
}
