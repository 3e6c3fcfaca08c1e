import { randomUUID } from 'node:crypto';
import { countOf } from './count.ts';
import { ENVIRONMENT, type VariableFormat } from './format.ts';

/** A shorter mask would hide those characters wherever a log shows them, such as every `{`. */
const SHORTEST_MASK = 4;

/** What the runner compares with its logs: each line on its own. */
function linesOf(value: string): string[] {
  return value.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
}

function isMaskable(line: string): boolean {
  return line.trim().length >= SHORTEST_MASK;
}

/** Workflow commands that make GitHub's runner mask a secret in its logs. */
export function githubMasks(value: string): string {
  return linesOf(value)
    .filter(isMaskable)
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
  findDoubt({ secret, value, isPath }) {
    const short = secret.isSecret && !isPath && linesOf(value).filter((line) => !isMaskable(line));
    if (!short || short.length === 0) return undefined;
    return {
      message: `${secret.name}: ${countOf(short.length, 'line')} of three characters or fewer not masked in logs`,
      hint: 'such a mask would hide these characters everywhere; use a longer secret if it matters',
      place: secret.place,
    };
  },
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
