import { basename } from 'node:path';

/** A short name for each file: without folder and ending where that is enough to tell them apart. */
export function shortNames(files: readonly string[]): string[] {
  const short = files.map((file) => withoutEnding(basename(file)));
  return files.map((file, i) =>
    short.filter((name) => name === short[i]).length > 1 ? withoutEnding(file) : (short[i] ?? file),
  );
}

function withoutEnding(file: string): string {
  return file === '-' ? 'standard input' : file.replace(/(?<=.)\.ya?ml$/i, '');
}
