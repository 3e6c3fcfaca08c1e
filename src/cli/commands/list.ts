import { list, type ListedParameter } from '../../actions/list.ts';
import { renderTable } from '../../formats/table.ts';
import { formatBytes } from '../../sizes.ts';
import { STORES } from '../../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const parameters = await list(tools, args, { store: flags.choice('store', STORES) });
  if (json) await writeReport(context, { parameters });
  else if (parameters.length > 0) await terminal.write(renderTable(tableOf(parameters)));
  return EXIT.ok;
}

/** Adds a column for the region if there is more than one, and columns for ages if there are any. */
function tableOf(parameters: readonly ListedParameter[]): string[][] {
  const isWide = new Set(parameters.map(({ region }) => region)).size > 1;
  const isAged = parameters.some(({ age }) => age !== undefined);
  const row = (region: string, cells: readonly string[], ages: readonly string[], last: string) => [
    ...(isWide ? [region] : []),
    ...cells,
    ...(isAged ? ages : []),
    last,
  ];
  const header = ['NAME', 'TYPE', 'TIER', 'VERSION', 'SIZE', 'MODIFIED'];
  return [
    row('REGION', header, ['CHANGED', 'DUE'], 'VALUE IN'),
    ...parameters.map((item) => row(item.region ?? '', cells(item), agesOf(item), placeOf(item))),
  ];
}

const WORDS = { overdue: ' (overdue)', soon: ' (soon)', ok: '', unknown: '' } as const;

function agesOf({ age }: ListedParameter): string[] {
  if (!age) return ['', ''];
  const { changed = '?', due, state } = age;
  return [changed, due === undefined ? (state === 'unknown' ? '?' : '') : due + WORDS[state]];
}

function placeOf({ pointer, store }: ListedParameter): string {
  return pointer ?? PLACES[store ?? 'ssm'];
}

/** A VersionId is long; coffer history shows it whole. */
function shortVersion(version: string): string {
  return version.length > 12 ? `${version.slice(0, 8)}…` : version;
}

const PLACES = { ssm: 'SSM', secretsmanager: 'Secrets Manager' } as const;

function cells(item: ListedParameter): string[] {
  return [
    item.name,
    item.type,
    item.tier ?? '',
    shortVersion(String(item.version)),
    item.size === undefined
      ? item.pointer
        ? 'missing'
        : item.store
          ? ''
          : '?'
      : formatBytes(item.size),
    item.modified?.toISOString().slice(0, 16).replace('T', ' ') ?? '',
  ];
}
