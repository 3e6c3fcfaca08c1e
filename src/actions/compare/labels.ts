import { resolve } from 'node:path';

/** What ends with a slash or a dot is one piece of a path. */
const PIECES = /(?<=[/.])/;

/**
 * The shortest names that tell these files apart: what their paths have in common, at the beginning
 * and at the end, is left out. `envs/dev.yml` and `envs/prod.yml` are `dev` and `prod`.
 * @param files different ones; `-`, the standard input, keeps its name
 */
export function labelsOf(files: readonly string[]): string[] {
  const paths = files.filter((file) => file !== '-').map((file) => resolve(file).split(PIECES));
  const inFolder = dropShared(paths, 0, (piece) => piece.endsWith('/'));
  const different = dropShared(dropShared(inFolder, -1), 0);
  const labels = different.map((pieces) => pieces.join('').replace(/[/.]$/, ''));
  return files.map((file) => (file === '-' ? file : (labels.shift() ?? file)));
}

/** The same lists without what all have at one end; at least one piece of each stays. */
function dropShared(
  lists: readonly (readonly string[])[],
  end: 0 | -1,
  isDropped: (piece: string) => boolean = () => true,
): (readonly string[])[] {
  const [first = []] = lists;
  const piece = first.at(end) ?? '';
  const isShared = lists.every((list) => list.length > 1 && list.at(end) === piece);
  if (!isShared || !isDropped(piece)) return [...lists];
  const shorter = lists.map((list) => (end === 0 ? list.slice(1) : list.slice(0, -1)));
  return dropShared(shorter, end, isDropped);
}
