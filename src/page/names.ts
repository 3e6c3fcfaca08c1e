import { basename } from 'node:path';

/**
 * A name for each file that no other has: without folder and ending where that is enough to tell them
 * apart.
 */
export function shortNames(files: readonly string[]): string[] {
  const ways = [(file: string) => withoutEnding(basename(file)), withoutEnding];
  return files.map((file) => {
    const isAlone = (way: (file: string) => string) =>
      files.filter((other) => way(other) === way(file)).length === 1;
    return ways.find(isAlone)?.(file) ?? file;
  });
}

function withoutEnding(file: string): string {
  return file === '-' ? 'standard input' : file.replace(/(?<=.)\.ya?ml$/i, '');
}
