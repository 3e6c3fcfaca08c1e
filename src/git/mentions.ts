import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { grepWords } from './repository.ts';

const MANIFESTS = /\.(?:ya?ml|json)/i;

/**
 * Which of these words some manifest of the repository around `folder` holds, one that git ignores
 * or `app.yml.edited` too; outside of git, one below `folder`. Where git cannot tell, all count as
 * held.
 */
export async function findMentioned(
  folder: string,
  words: readonly string[],
): Promise<ReadonlySet<string>> {
  if (words.length === 0) return new Set();
  try {
    const found = await grepWords(folder, words);
    if (found) return found;
    return isInRepository(folder) ? new Set(words) : await searchBelow(folder, words);
  } catch {
    return new Set(words);
  }
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  return folder !== dirname(folder) && isInRepository(dirname(folder));
}

async function searchBelow(folder: string, words: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') {
      for (const word of await searchBelow(path, words)) found.add(word);
    } else if (entry.isFile() && MANIFESTS.test(entry.name)) {
      const text = await readFile(path, 'latin1');
      for (const word of words) if (text.includes(word)) found.add(word);
    }
  }
  return found;
}
