import { isUtf8 } from 'node:buffer';
import { readBytes } from '../files/read.ts';
import { replaceFile } from '../files/replace.ts';
import { mergeLines } from '../manifest/merge/lines.ts';
import { mergeManifests } from '../manifest/merge/manifest.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import type { Tools } from './tools.ts';

/** Paths of the three versions of one file. */
export interface MergeFiles {
  base: string;
  /** The result is written here. */
  ours: string;
  theirs: string;
}

export interface MergeOptions {
  /** Length of conflict markers. Default: 7. */
  markerSize?: number | undefined;
  /** The path for messages, where the three files have names that nobody knows. */
  path?: string | undefined;
}

export interface MergeReport {
  /** Whether there is no conflict. */
  isMerged: boolean;
  /** How many conflicts there are; each is between conflict markers. */
  conflicts: number;
}

/** Merges three versions of a manifest by parameter, or of another file by lines. */
export async function mergeDriver(
  { host }: Pick<Tools, 'host'>,
  { base, ours, theirs }: MergeFiles,
  { markerSize = 7, path }: MergeOptions = {},
): Promise<MergeReport> {
  const read = (file: string) => readBytes(path ?? file, MANIFEST_LIMIT, { path: file });
  const bytes = {
    base: await read(base),
    ours: await read(ours),
    theirs: await read(theirs),
  };
  // Keeps ours if the file is binary, as git does.
  if (Object.values(bytes).some((content) => content.includes(0))) {
    host.warn({ message: `${path ?? ours} is binary and cannot be merged` });
    return { isMerged: false, conflicts: 0 };
  }
  const isText = Object.values(bytes).every((content) => isUtf8(content));
  // latin1 keeps every byte of an unknown encoding.
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
