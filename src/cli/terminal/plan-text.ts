import type { Plan } from '../../plan/model.ts';
import type { Action, Change, Difference } from '../../stores/model.ts';
import { diffLines } from '../../plan/line-diff.ts';
import type { Paint } from './paint.ts';
import {
  ACTIONS,
  countActions,
  describe,
  heading,
  isMultiLine,
  MARKS,
  mask,
  placesOf,
  shortName,
  summarize,
} from '../../plan/words.ts';
import { visible } from '../../formats/visible.ts';

const LONGEST_VALUE = 120;

/** The longest difference shown on one line. */
const LONGEST_LINE = 80;

/**
 * Plans for a terminal: grouped by action, secrets masked unless `reveal` is set. Several manifests
 * without differences share one line.
 */
export function renderPlanText(
  plans: readonly Plan[],
  options: { paint: Paint; reveal: boolean },
): string {
  const { paint } = options;
  // A manifest of several regions has a plan for each.
  const loud = new Set(plans.filter((plan) => !isQuiet(plan)).map(({ file }) => file));
  const quiet = new Set(plans.map(({ file }) => file).filter((file) => !loud.has(file)));
  const shown = quiet.size > 1 ? plans.filter(({ file }) => loud.has(file)) : plans;
  const blocks = shown.map((plan) => {
    const places = placesOf(plan).map((place) => place.join(' '));
    const title = paint.bold(visible(`${plan.file} → ${plan.path} ${places.join(', ')}`));
    const groups = ACTIONS.filter((action) => action !== 'unchanged')
      .map((action) => renderGroup(action, plan, options))
      .filter(Boolean);
    return [title, ...(groups.length > 0 ? groups : ['  no differences'])].join('\n');
  });
  if (shown.length < plans.length) blocks.push(`${quiet.size} manifests without differences`);
  return `${blocks.join('\n\n')}\n\n${summarize(countActions(plans))}\n`;
}

function isQuiet({ changes }: Plan): boolean {
  return changes.every(({ action }) => action === 'unchanged');
}

function renderGroup(
  action: Action,
  plan: Plan,
  { paint, reveal }: { paint: Paint; reveal: boolean },
): string {
  const changes = plan.changes.filter((change) => change.action === action);
  if (changes.length === 0) return '';
  const color = colorOf(action, paint);
  const width = Math.min(Math.max(...changes.map((change) => shortName(change, plan).length)), 40);
  const lines = changes.flatMap((change) => [
    color(`  ${MARKS[action]} ${visible(shortName(change, plan)).padEnd(width)}`) +
      paint.dim(`  ${visible(`${describe(change)}${tellOwner(change)}`)}`),
    ...renderDifferences(change.differences, { paint, reveal }),
    ...(reveal && action === 'create' ? revealCreated(change, paint) : []),
  ]);
  return [` ${heading(action, changes.length)}`, ...lines].join('\n');
}

function tellOwner({ owner }: Change): string {
  return owner === undefined ? '' : `, in ${owner}`;
}

/** The differences of one parameter, each on one or a few lines. */
export function renderDifferences(
  differences: readonly Difference[],
  { paint, reveal }: { paint: Paint; reveal: boolean },
): string[] {
  return differences.flatMap((difference) => renderDifference(difference, reveal, paint));
}

function renderDifference(difference: Difference, reveal: boolean, paint: Paint): string[] {
  const { field, before, after } = difference;
  if (difference.isSecret && !reveal) return [`      ${field}: ${mask(difference)}`];
  if (isMultiLine(difference)) {
    return [
      `      ${field}:`,
      ...diffLines(before, after).map((line) => `        ${paintLine(visible(line), paint)}`),
    ];
  }
  const [from, to] = [quote(before, after), quote(after, before)];
  return `      ${field}: ${from} → ${to}`.length <= LONGEST_LINE
    ? [`      ${field}: ${paint.red(from)} → ${paint.green(to)}`]
    : [`      ${field}:`, `        ${paint.red(`-${from}`)}`, `        ${paint.green(`+${to}`)}`];
}

function revealCreated({ desired }: Change, paint: Paint): string[] {
  return desired ? [`      value: ${paint.green(quote(desired.value))}`] : [];
}

function colorOf(action: Action, paint: Paint): (text: string) => string {
  switch (action) {
    case 'create':
      return paint.green;
    case 'update':
      return paint.yellow;
    case 'replace':
    case 'delete':
      return paint.red;
    case 'closed':
      return paint.cyan;
    case 'extra':
      return paint.magenta;
    case 'unchanged':
      return paint.dim;
  }
}

function paintLine(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint.green(line);
  if (line.startsWith('-')) return paint.red(line);
  return line.startsWith('@') ? paint.cyan(line) : line;
}

/** Cuts a long text to the part around its first difference from `other`. */
function quote(text: string, other = ''): string {
  if (text.length <= LONGEST_VALUE) return visible(JSON.stringify(text));
  const start = Math.max(0, partingOf(text, other) - LONGEST_VALUE / 2);
  const end = start + LONGEST_VALUE;
  const shown = `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
  return visible(`${JSON.stringify(shown)} (${text.length} characters)`);
}

function partingOf(text: string, other: string): number {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  return at;
}
