import { describeTrait, keyOfTrait } from '../../actions/compare/kind.ts';
import { isEven, type ComparedParameter, type ComparisonReport } from '../../actions/compare.ts';
import { countOf } from '../../formats/count.ts';
import { groupBy } from '../../formats/group-by.ts';
import { visible } from '../../formats/visible.ts';
import { ABSENT, renderEnvironments, THERE, type Row, type Section } from './environment-table.ts';
import type { Paint } from './paint.ts';

const LONGEST_VALUE = 20;

/** The gravest first; a name is in one of them. */
const GRADES = {
  shared: 'with the same secret value',
  missing: 'missing in some',
  different: 'different in kind',
  alike: 'alike',
} as const;
type Grade = keyof typeof GRADES;

function gradeOf(parameter: ComparedParameter): Grade {
  if (isEven(parameter)) return 'alike';
  if (parameter.shared?.length) return 'shared';
  return parameter.missing.length > 0 ? 'missing' : 'different';
}

/** A comparison for a terminal. Names that are alike are only counted, unless `all` is set. */
export function renderComparison(
  report: ComparisonReport,
  { paint, width, all }: { paint: Paint; width: number; all: boolean },
): string {
  const { manifests, parameters } = report;
  const grades = groupBy(parameters, gradeOf);
  const colors = {
    shared: paint.red,
    missing: paint.red,
    different: paint.yellow,
    alike: paint.dim,
  };
  const sections = (Object.keys(GRADES) as Grade[])
    .filter((grade) => grade !== 'alike' || all)
    .map((grade): Section => {
      const rows = (grades.get(grade) ?? []).map((one) => rowOf(one, report));
      return { title: `${rows.length} ${GRADES[grade]}`, color: colors[grade], rows };
    });
  const settings = settingRows(report);
  const title = `${countOf(settings.length, 'setting')} of the manifests different`;
  const labels = manifests.map(({ label }) => visible(label));
  const shown = [{ title, color: paint.yellow, rows: settings }, ...sections];
  const body = renderEnvironments(shown, labels, { paint, width });
  return `${body}${body && '\n'}${summarize(report, grades, all)}\n`;
}

function settingRows({ manifests, differing }: ComparisonReport): Row[] {
  return differing.map((name) => ({
    name: keyOfTrait(name),
    cells: manifests.map(({ settings }) => visible(settings[name] ?? ABSENT)),
  }));
}

function rowOf(parameter: ComparedParameter, { manifests }: ComparisonReport): Row {
  const { name } = parameter;
  return { name: visible(name), cells: manifests.map(({ file }) => cellOf(parameter, file)) };
}

/** What differs of its kind, and whether its value is another's; or what all have. */
function cellOf(parameter: ComparedParameter, file: string): string {
  const { entries, differing, shared = [] } = parameter;
  const entry = entries.find((one) => one.file === file);
  if (!entry) return ABSENT;
  const { kind, state, value } = entry;
  const parts = differing.flatMap((name) => describeTrait(name, kind[name]) ?? []);
  const group = shared.findIndex((files) => files.includes(file));
  if (group >= 0) parts.push(shared.length > 1 ? `same ${group + 1}` : 'same');
  if (parts.length > 0) return visible(parts.join(', '));
  if (shared.length > 0) return 'other';
  if (!isEven(parameter)) return THERE;
  if (value !== undefined) return quote(value);
  const isOpen = kind['type'] === 'SecureString' && state === 'plain';
  return `${kind['type']}${isOpen ? ', not encrypted' : ''}`;
}

function quote(text: string): string {
  const cut = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  return visible(JSON.stringify(cut));
}

/**
 * `12 names in 3 manifests: 1 missing in some, 11 alike`, and what `--all` would show.
 */
function summarize(
  { manifests, parameters, differing }: ComparisonReport,
  grades: ReadonlyMap<Grade, readonly ComparedParameter[]>,
  all: boolean,
): string {
  const counts = (Object.keys(GRADES) as Grade[]).flatMap((grade) => {
    const count = grades.get(grade)?.length ?? 0;
    return count > 0 ? [`${count} ${GRADES[grade]}`] : [];
  });
  if (differing.length > 0) counts.unshift(countOf(differing.length, 'different setting'));
  const names = `${countOf(parameters.length, 'name')} in ${manifests.length} manifests`;
  const summary = [names, counts.join(', ')].filter(Boolean).join(': ');
  const even = grades.get('alike') ?? [];
  if (all || even.length === 0) return summary;
  const others = even.filter(({ differentValues }) => differentValues).length;
  const more =
    others > 0
      ? `${others} of the ${even.length} alike with different plain values; --all shows them`
      : '--all shows those that are alike';
  return `${summary}\n${more}`;
}
