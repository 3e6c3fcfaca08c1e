import type { Plan } from './model.ts';
import type { Change, Difference } from '../stores/model.ts';
import { diffLines } from './line-diff.ts';
import {
  ACTIONS,
  countActions,
  describe,
  isMultiLine,
  MARKS,
  mask,
  placesOf,
  shortName,
  summarize,
  tellValues,
} from './words.ts';
import { visible } from '../formats/visible.ts';

/** A bot finds its own comment by this. */
const MARKER = '<!-- coffer-diff -->';

/** GitHub's limit is 65,536 characters; an action adds a key to the marker. */
const LIMIT = 65_000;

/** What the last line takes, which says how much is missing. */
const LAST_LINE = 200;

/** How much of a plan to show: less and less, until it fits. */
interface Extent {
  details: boolean;
  /** Rows in the table of each manifest. */
  rows: number;
}

const LEAST: Extent = { details: false, rows: 0 };
const EXTENTS: readonly Extent[] = [
  { details: true, rows: Infinity },
  ...[Infinity, 300, 100, 30, 10].map((rows) => ({ details: false, rows })),
  LEAST,
];

/**
 * Renders plans as a comment on a pull request: no secrets, and the same plans give the same text.
 */
export function renderPlanMarkdown(plans: readonly Plan[]): string {
  const counts = countActions(plans);
  const isClean = plans.every(({ changes }) =>
    changes.every(({ action }) => action === 'unchanged'),
  );
  if (isClean) {
    return `${MARKER}\n\n**coffer**: no differences, AWS matches the manifests (${summarize(counts)})\n`;
  }
  const summary = `**coffer**: ${summarize(counts)}`;
  for (const extent of EXTENTS) {
    const sections = plans.flatMap((plan) => renderPlan(plan, extent));
    const text = `${[MARKER, summary, ...sections].join('\n\n')}\n`;
    if (text.length <= LIMIT) return text;
  }
  return renderFirst(plans, `${MARKER}\n\n${summary}`);
}

/** As many plans as fit, and how many manifests are missing: who approves it must know. */
function renderFirst(plans: readonly Plan[], head: string): string {
  let text = head;
  for (const [index, plan] of plans.entries()) {
    const longer = [text, ...renderPlan(plan, LEAST)].join('\n\n');
    if (longer.length > LIMIT - LAST_LINE) {
      const { size } = new Set(plans.slice(index).map(({ file }) => file));
      const are = size === 1 ? '1 manifest is' : `${size} manifests are`;
      return `${text}\n\n**${are} not shown**: \`coffer diff\` shows all.\n`;
    }
    text = longer;
  }
  return `${text}\n`;
}

function renderPlan(plan: Plan, extent: Extent): string[] {
  const changes = ACTIONS.filter((action) => action !== 'unchanged').flatMap((action) =>
    plan.changes.filter((change) => change.action === action),
  );
  const places = placesOf(plan).map(([word, name]) => `${word} ${code(name)}`);
  const title = `### ${code(plan.file)} → ${code(plan.path)} ${places.join(', ')}`;
  if (changes.length === 0) return [title, 'No differences.'];
  const rows = changes
    .slice(0, extent.rows)
    .map(
      (change) =>
        `| ${MARKS[change.action]} ${change.action} | ${inCell(code(shortName(change, plan)))} | ${cell(change)} |`,
    );
  const table = ['| | parameter | what |', '|---|---|---|', ...rows].join('\n');
  if (!extent.details) return [title, ...(rows.length > 0 ? [table] : []), tellCut(changes, rows)];
  const details = changes.flatMap((change) => renderDetails(change, plan));
  return [title, table, ...(details.length > 0 ? [fold(details)] : [])];
}

function tellCut({ length }: readonly Change[], rows: readonly string[]): string {
  const more = length - rows.length;
  const what = more > 0 ? `${more} more changes and the details` : 'The details';
  return `${what} are too long for a comment: \`coffer diff\` shows them.`;
}

function cell(change: Change): string {
  const fields = [...new Set(change.differences.map(({ field }) => field))];
  const names = change.desired?.secret?.values;
  const owner = change.owner === undefined ? '' : `, in ${inCell(code(change.owner))}`;
  if (fields.length === 0) return describe(change) + owner;
  const values = names && fields.includes('version') ? `: ${tellValues(names, change)}` : '';
  return fields.join(', ') + values;
}

function renderDetails(change: Change, plan: Plan): string[] {
  if (change.differences.length === 0) return [];
  return [
    `**${code(shortName(change, plan))}**`,
    ...change.differences.map((difference) => renderDifference(difference)),
  ];
}

function renderDifference(difference: Difference): string {
  const { field, before, after } = difference;
  if (difference.isSecret) return `${field}: ${mask(difference)}`;
  const lines = isMultiLine(difference) ? diffLines(before, after) : [`-${before}`, `+${after}`];
  return `${field}:\n\n${fence(lines.map(visible).join('\n'))}`;
}

function fold(blocks: readonly string[]): string {
  return `<details><summary>Details</summary>\n\n${blocks.join('\n\n')}\n\n</details>`;
}

/** A code block with a fence longer than any in its text. */
function fence(text: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}diff\n${text}\n${ticks}`;
}

function code(text: string): string {
  const ticks = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${visible(text)}${pad}${ticks}`;
}

/** GitHub splits a table into cells before it parses code. */
function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
