import { dirname } from 'node:path/posix';
import { groupBy } from '../../formats/group-by.ts';
import { patternOf } from './attributes.ts';

/** More files than this get patterns for folders and names instead of a line each. */
const FEW = 8;

/**
 * Patterns for .gitattributes that cover `manifests`; paths are relative to the top folder. A few get
 * a line each. Of more, those that share a name or a folder share a pattern, if no other YAML file
 * matches it. A folder with many manifests gets a pattern even then: coffer's drivers treat other
 * files as git does.
 */
export function patternsFor(manifests: readonly string[], others: readonly string[]): string[] {
  if (manifests.length <= FEW) return manifests.map(patternOf);
  const otherNames = new Set(others.map(baseOf));
  const byName = groupBy(manifests, baseOf);
  const named = [...byName].filter(([name, files]) => files.length > 2 && !otherNames.has(name));
  const names = new Set(named.map(([name]) => name));
  const rest = manifests.filter((file) => !names.has(baseOf(file)));
  const endings = new Set(rest.map(endingOf));
  return [
    ...[...names].map((name) => patternOf(name).slice(1)),
    ...[...endings].flatMap((ending) => {
      const isOfEnding = (file: string) => endingOf(file) === ending;
      return cover('', ending, rest.filter(isOfEnding), others.filter(isOfEnding));
    }),
  ];
}

/** Patterns for the manifests below a folder that end like this. */
function cover(
  folder: string,
  ending: string,
  manifests: readonly string[],
  others: readonly string[],
): string[] {
  if (manifests.length < 2) return manifests.map(patternOf);
  const start = folder === '' ? '' : patternOf(folder);
  if (others.length === 0) return [folder === '' ? `*${ending}` : `${start}/**/*${ending}`];
  const isHere = (file: string) => folderOf(file) === folder;
  const here = manifests.filter(isHere);
  const isShared = here.length > FEW || (here.length > 1 && !others.some(isHere));
  const deeper = groupBy(
    manifests.filter((file) => !isHere(file)),
    (file) => stepInto(folder, file),
  );
  return [
    ...(isShared ? [`${start}/*${ending}`] : here.map(patternOf)),
    ...[...deeper].flatMap(([below, files]) =>
      cover(
        below,
        ending,
        files,
        others.filter((file) => file.startsWith(`${below}/`)),
      ),
    ),
  ];
}

function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === '.' ? '' : folder;
}

/** The folder below `folder` that leads to a file. */
function stepInto(folder: string, file: string): string {
  const start = folder === '' ? 0 : folder.length + 1;
  return file.slice(0, file.indexOf('/', start));
}

function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** `.yml`, in the letter case of the file. */
function endingOf(file: string): string {
  return file.slice(file.lastIndexOf('.'));
}
