import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listParameterNames } from '../../manifest/parameter-names.ts';
import { NAME_CHARACTER } from '../../manifest/read/names.ts';
import { readBytes } from '../../files/read.ts';
import { MANIFEST_LIMIT } from '../../sizes.ts';
import { splitLine } from './split-line.ts';
import { findWanted, type Candidate, type Wanted } from './wanted.ts';

/**
 * Answers the scripts of `coffer completion`. The first line is the kind of the candidates:
 * `words`, `paths`, or `files`, which the shell finds itself. Each further line is `word TAB
 * meaning`.
 *
 * @param line the text before the cursor
 * @param replaced the part of it that the shell will replace: bash ends words at `:` and `=`
 */
export async function complete(line: string, replaced?: string): Promise<string> {
  const words = splitLine(line).slice(1);
  const typed = words.pop() ?? '';
  const wanted = findWanted(words, typed);
  const [lead = ''] = /^--?[^=]+=/.exec(typed) ?? [];
  const start = typed.slice(lead.length);
  if (wanted.kind === 'file' || /^[~$]/.test(start)) return 'files\n';
  const found = await findCandidates(wanted, start);
  const cut =
    replaced !== undefined && typed.endsWith(replaced) ? typed.length - replaced.length : 0;
  const lines = found
    .filter(({ word }) => word.startsWith(start))
    .map(({ word, meaning = '' }) => `${(lead + word).slice(cut)}\t${meaning}\n`);
  return [wanted.kind === 'manifest' ? 'paths\n' : 'words\n', ...lines].join('');
}

/** Returns nothing instead of failing: completion must not print errors. */
async function findCandidates(
  wanted: Exclude<Wanted, { kind: 'file' }>,
  start: string,
): Promise<readonly Candidate[]> {
  switch (wanted.kind) {
    case 'words':
      return wanted.candidates;
    case 'manifest':
      return foreign(await listManifests(start).catch(() => []), /\P{C}/u);
    case 'parameter': {
      const texts = await readTexts(wanted.manifests).catch(() => []);
      return foreign(texts.flatMap(listParameterNames), NAME_CHARACTER);
    }
  }
}

/**
 * Of words that others chose, those that are no flag, and of which every character may be shown.
 * Shells quote paths, but no other words: these must mean nothing to a shell.
 */
function foreign(words: readonly string[], character: RegExp): Candidate[] {
  return [...new Set(words)]
    .filter((word) => !word.startsWith('-') && Array.from(word).every((one) => character.test(one)))
    .map((word) => ({ word }));
}

/** Those that cannot be read are left out. */
async function readTexts(manifests: readonly string[] | 'all'): Promise<string[]> {
  if (manifests === 'all') {
    const { findManifests } = await import('../../repo/check/find.ts');
    return (await findManifests('.')).map(({ bytes }) => String(bytes));
  }
  return Promise.all(
    manifests.map((file) => readBytes(file, MANIFEST_LIMIT).then(String, () => '')),
  );
}

/** YAML files, and folders that may hold some, in the folder of the typed path. */
async function listManifests(start: string): Promise<string[]> {
  const folder = start.slice(0, start.lastIndexOf('/') + 1);
  const entries = await readdir(folder || '.');
  const isHidden = start.slice(folder.length).startsWith('.');
  const shown = entries.filter((entry) => entry.startsWith('.') === isHidden).toSorted();
  const listed = await Promise.all(
    shown.map(async (entry) => {
      const info = await stat(join(folder, entry)).catch(() => undefined);
      if (info?.isDirectory()) return [`${folder}${entry}/`];
      return /\.ya?ml$/i.test(entry) ? [folder + entry] : [];
    }),
  );
  return listed.flat();
}
