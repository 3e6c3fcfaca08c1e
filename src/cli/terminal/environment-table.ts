import { groupBy } from '../../formats/group-by.ts';
import type { Paint } from './paint.ts';

/** What an environment has of a row: nothing, or just something. */
export const ABSENT = '-';
export const THERE = 'yes';

/** One name, and what each environment has of it. */
export interface Row {
  name: string;
  cells: readonly string[];
}

export interface Section {
  /** What its rows have in common. */
  title: string;
  color: (text: string) => string;
  rows: readonly Row[];
}

interface Look {
  paint: Paint;
  /** Columns of the terminal. */
  width: number;
}

/**
 * Names by environments: a table if it fits, otherwise a list in which each name says which
 * environments have what of it.
 */
export function renderEnvironments(
  sections: readonly Section[],
  labels: readonly string[],
  look: Look,
): string {
  const filled = sections.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0) return '';
  return renderTable(filled, labels, look) ?? renderList(filled, labels, look);
}

/** @returns `undefined` if it is wider than the terminal */
function renderTable(
  sections: readonly Section[],
  labels: readonly string[],
  { paint, width }: Look,
): string | undefined {
  const rows = sections.flatMap((section) => section.rows);
  const first = Math.max(...rows.map(({ name }) => name.length));
  const widths = labels.map((label, at) =>
    Math.max(label.length, ...rows.map(({ cells }) => cells[at]?.length ?? 0)),
  );
  if (widths.reduce((sum, one) => sum + 2 + one, 2 + first) > width) return undefined;
  const line = (name: string, cells: readonly string[], color: (text: string) => string) => {
    const padded = cells.map((cell, at) =>
      at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0),
    );
    return `  ${name.padEnd(first)}  ${padded.map((cell, at) => (cells[at] === THERE ? cell : color(cell))).join('  ')}\n`;
  };
  return [
    line('', labels, paint.bold),
    ...sections.flatMap(({ title, color, rows: own }) => [
      ` ${title}\n`,
      ...own.map(({ name, cells }) => line(name, cells, color)),
    ]),
  ].join('');
}

function renderList(
  sections: readonly Section[],
  labels: readonly string[],
  { width }: Look,
): string {
  return sections
    .flatMap(({ title, color, rows }) => [
      ` ${title}\n`,
      ...rows.flatMap(({ name, cells }) => [
        `  ${name}\n`,
        ...groupsOf(cells, labels).map(([what, those]) => {
          const indent = 4 + what.length + 1;
          return `    ${color(what)} ${wrap(those, width - indent, indent)}\n`;
        }),
      ]),
    ])
    .join('');
}

const WORDS: Readonly<Record<string, string>> = { [ABSENT]: 'missing in', [THERE]: 'only in' };

/** Who has the same of a row. Of those who just have it and those who do not, says the fewer. */
function groupsOf(cells: readonly string[], labels: readonly string[]): [string, string[]][] {
  const groups = groupBy(labels, (label) => cells[labels.indexOf(label)] ?? ABSENT);
  const [there, absent] = [groups.get(THERE) ?? [], groups.get(ABSENT) ?? []];
  groups.delete(there.length > 0 && there.length < absent.length ? ABSENT : THERE);
  return [...groups].map(([cell, those]) => [WORDS[cell] ?? `${cell}:`, those]);
}

/** Words in lines of this width at most, if each of them fits; from the second one on, indented. */
function wrap(words: readonly string[], width: number, indent: number): string {
  const lines: string[] = [];
  for (const [at, word] of words.entries()) {
    const written = at < words.length - 1 ? `${word},` : word;
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + written.length <= width) {
      lines[lines.length - 1] = `${line} ${written}`;
    } else lines.push(written);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
