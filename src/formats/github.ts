/**
 * Workflow commands that have GitHub's runner hide a secret in its logs. It compares line by line,
 * so every line is a secret of its own.
 */
export function githubMasks(value: string): string {
  return value
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => `::add-mask::${line.replaceAll('%', '%25')}\n`)
    .join('');
}

/**
 * A block for the file that `GITHUB_ENV` names.
 * @param delimiter a line that is not in the value
 */
export function githubBlock(name: string, value: string, delimiter: string): string {
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}
