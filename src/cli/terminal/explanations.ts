import { visible } from '../../formats/visible.ts';
import type { Explanation } from '../../access/policy/explain.ts';

/** A paragraph for each statement: its name, what it allows, and what fails without it. */
export function renderExplanations(statements: readonly Explanation[]): string {
  return statements
    .map(({ sid, actions, resources, aliases, without }) =>
      [
        sid,
        `  allows ${actions.join(', ')}`,
        ...resources.map((resource) => `  on ${resource}`),
        ...aliases.map((alias) => `  if the key has the alias ${alias}`),
        ...without.map(({ command, message }) => `  without it, coffer ${command} ${message}`),
      ]
        .map(visible)
        .join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}
