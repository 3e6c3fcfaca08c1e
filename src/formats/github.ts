import { randomUUID } from 'node:crypto';
import { ENVIRONMENT, type VariableFormat } from './format.ts';

/**
 * Workflow commands that make GitHub's runner mask a secret in its logs. The runner compares line
 * by line, so each line is masked on its own.
 */
export function githubMasks(value: string): string {
  return value
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => `::add-mask::${line.replaceAll('%', '%25')}\n`)
    .join('');
}

/**
 * A block for the file at `GITHUB_ENV`.
 * @param delimiter a line that is not in the value
 */
export function githubBlock(name: string, value: string, delimiter: string): string {
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** Variables for the steps that follow in a job of GitHub Actions. */
export const format: VariableFormat = {
  rules: ENVIRONMENT,
  render: (variables) =>
    variables
      .filter(({ secret, isPath }) => secret.isSecret && !isPath)
      .map(({ value }) => githubMasks(value))
      .join(''),
  appendix: {
    path: 'GITHUB_ENV',
    hint: 'run it in a step of GitHub Actions, which sets that variable',
    render(variables) {
      const blocks = variables.map(({ variable, value }) =>
        githubBlock(variable, value, `coffer-${randomUUID()}`),
      );
      // Earlier text may lack its final line break.
      return `\n${blocks.join('')}`;
    },
  },
};
