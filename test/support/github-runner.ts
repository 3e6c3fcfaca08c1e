/** Reads the file of `GITHUB_ENV` as GitHub's runner does: `NAME=value`, or `NAME<<end`. */
export function readGithubEnv(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue;
    const [equals, heredoc] = [line.indexOf('='), line.indexOf('<<')];
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter);
      if (delimiter === '' || end < 0) throw new Error('Matching delimiter not found');
      variables[line.slice(0, heredoc)] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n');
    } else if (equals > 0) {
      variables[line.slice(0, equals)] = line.slice(equals + 1);
    } else throw new Error('Invalid format');
  }
  return variables;
}

/** The texts that the runner hides from then on. */
export function readMasks(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, data] = /^::add-mask::(.+)$/s.exec(line) ?? [];
      if (data === undefined) throw new Error('not a mask');
      return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
    });
}
