import { resolve } from 'node:path';

/** What ends with a slash or a dot is one piece of a path. */
const PIECES = /(?<=[/.])/;

/**
 * The shortest names that tell these files apart: what their paths have in common, at the beginning
 * and at the end, is left out, and so is the ending. `envs/dev.yml` and `envs/prod.yaml` are `dev`
 * and `prod`.
 * @param files different ones; `-` is `standard input`
 */
export function shortNames(files: readonly string[]): string[] {
  const all = files.filter((file) => file !== '-').map((file) => resolve(file));
  const bare = all.map((path) => path.replace(/(?<=[^/])\.ya?ml$/i, ''));
  const isClear = new Set(bare).size === new Set(all).size;
  const paths = (isClear ? bare : all).map((path) => path.split(PIECES));
  const inFolder = dropShared(paths, 0, (piece) => piece.endsWith('/'));
  const different = dropShared(dropShared(inFolder, -1), 0);
  const names = different.map((pieces) => pieces.join('').replace(/[/.]$/, ''));
  const piped = names.includes(PIPED) ? '-' : PIPED;
  return files.map((file) => (file === '-' ? piped : (names.shift() ?? file)));
}

const PIPED = 'standard input';

/** The same lists without what all have at one end; at least one piece of each stays. */
function dropShared(
  lists: readonly (readonly string[])[],
  end: 0 | -1,
  isDropped: (piece: string) => boolean = () => true,
): (readonly string[])[] {
  const [first = []] = lists;
  const piece = first.at(end) ?? '';
  const isShared =
    lists.length > 0 && lists.every((list) => list.length > 1 && list.at(end) === piece);
  if (!isShared || !isDropped(piece)) return [...lists];
  const shorter = lists.map((list) => (end === 0 ? list.slice(1) : list.slice(0, -1)));
  return dropShared(shorter, end, isDropped);
}
