/** What no shell changes: nothing of this is special in bash, zsh or fish. */
const PLAIN = /^[\w./:@%+,-]+$/;

/** A word of a command in a message, safe to paste into a shell. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A file as a word of a command in a message, which takes it for no flag. */
export function shellFile(file: string): string {
  return shellWord(file.startsWith('-') ? `./${file}` : file);
}
