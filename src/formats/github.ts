import { randomUUID } from 'node:crypto';
import { ENVIRONMENT, type VariableFormat } from './format.ts';

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
    hint: 'it is set in the steps of GitHub Actions',
    render(variables) {
      const blocks = variables.map(({ variable, value }) =>
        githubBlock(variable, value, `coffer-${randomUUID()}`),
      );
      // What an earlier command wrote may lack the end of its line.
      return `\n${blocks.join('')}`;
    },
  },
};
