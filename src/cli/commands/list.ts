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

/** Adds a column for the region if there is more than one. */
function tableOf(parameters: readonly ListedParameter[]): string[][] {
  const isWide = new Set(parameters.map(({ region }) => region)).size > 1;
  const header = ['NAME', 'TYPE', 'TIER', 'VERSION', 'SIZE', 'MODIFIED', 'VALUE IN'];
  return [
    isWide ? ['REGION', ...header] : header,
    ...parameters.map((item) => (isWide ? [item.region ?? '', ...cells(item)] : cells(item))),
  ];
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
    item.pointer ?? PLACES[item.store ?? 'ssm'],
  ];
}
