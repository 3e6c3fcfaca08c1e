import type { Step } from '../../access/bootstrap/step.ts';
import { renderTable } from '../../formats/table.ts';

const MARKS = {
  ok: '=',
  create: '+',
  change: '~',
  done: '✓',
} as const satisfies Record<Step['state'], string>;

/** One line per step: a mark, what, its name, its region, why. */
export function renderSteps(steps: readonly Step[]): string {
  return renderTable(
    steps.map(({ state, what, name, region, why }) => [
      `  ${MARKS[state]} ${what}`,
      name.replace(/^arn:[^:]*:kms:[^:]*:/, ''),
      region,
      why,
    ]),
  );
}
