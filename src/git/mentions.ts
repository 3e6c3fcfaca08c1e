import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes } from '../files/read.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { grepWords, type Mention } from './repository.ts';

const MANIFESTS = /\.(?:ya?ml|json)/i;

/**
 * Which of these words occur in any manifest of the repository around `folder`, ignored ones and
 * `app.yml.edited` included; outside git, below `folder`. If git cannot tell, returns all.
 * @param except the absolute path of a file to skip
 */
export async function findMentioned(
  folder: string,
  words: readonly string[],
  except?: string,
): Promise<ReadonlySet<string>> {
  if (words.length === 0) return new Set();
  try {
    const found = (await grepWords(folder, words)) ?? (await search(folder, words));
    return new Set(found.flatMap(({ file, word }) => (file === except ? [] : [word])));
  } catch {
    return new Set(words);
  }
}

async function search(folder: string, words: readonly string[]): Promise<Mention[]> {
  const found: Mention[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) {
      found.push(...(await search(file, words)));
    } else if (entry.isFile() && MANIFESTS.test(entry.name)) {
      const text = (await readBytes(file, MANIFEST_LIMIT)).toString('latin1');
      found.push(...words.flatMap((word) => (text.includes(word) ? [{ file, word }] : [])));
    }
  }
  return found;
}
