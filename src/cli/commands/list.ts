import pMap from 'p-map';
import type { ParameterMetadata, ParameterStore, StoredParameter } from '../../stores/ssm.ts';
import { parsePointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { formatBytes, renderTable } from '../../formats/table.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { placesOf } from '../../actions/places.ts';
import { writeReport } from '../report.ts';

interface Row extends ParameterMetadata {
  region: string | undefined;
  /** Of the value, or of the object it points to; unknown to who may not open it. */
  size: number | undefined;
  pointer: string | undefined;
}

export async function run(context: Context): Promise<ExitCode> {
  const { terminal } = context;
  // Paths may overlap; a parameter is listed once.
  const found = new Map<string, Row>();
  for (const { path, region } of await placesOf(context)) {
    for (const row of await readRows(context, path, region)) {
      found.set(`${row.name} ${row.region}`, row);
    }
  }
  const rows = [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  if (context.json) {
    await writeReport(context, { parameters: rows });
  } else if (rows.length > 0) {
    await terminal.write(renderTable(tableOf(rows)));
  }
  return EXIT.ok;
}

async function readRows(context: Context, path: string, region: string | undefined) {
  const parameters = await context.aws.parameters(region);
  const found = await parameters.describePath(path);
  const values = await readValues(parameters, found);
  return pMap(found, (item) => describe(context, region, item, values), {
    concurrency: context.aws.session.concurrency,
  });
}

async function readValues(parameters: ParameterStore, found: readonly ParameterMetadata[]) {
  const names = found.map(({ name }) => name);
  try {
    return await parameters.getMany(names);
  } catch (error) {
    if (!(error instanceof CofferError) || error.code !== 'denied') throw error;
    // Who may not open secrets still sees what is no secret, and so the pointers.
    const open = found.filter(({ type }) => type !== 'SecureString').map(({ name }) => name);
    return parameters.getMany(open);
  }
}

async function describe(
  context: Context,
  region: string | undefined,
  listed: ParameterMetadata,
  values: ReadonlyMap<string, StoredParameter>,
): Promise<Row> {
  // SSM may list the version before this one still.
  const { value, type, version } = values.get(listed.name) ?? { ...listed, value: undefined };
  const item = { ...listed, type, version };
  const pointer = type === 'String' && value ? parsePointer(value) : undefined;
  if (!pointer) {
    const size = value === undefined ? undefined : Buffer.byteLength(value);
    return { ...item, region, size, pointer: undefined };
  }
  const objects = await context.aws.objects(region);
  const info = await objects.head(pointer.bucket, pointer.key);
  return { ...item, region, size: info && info.size - 16, pointer: value };
}

/** The region stands in it only where there are several. */
function tableOf(rows: readonly Row[]): string[][] {
  const isWide = new Set(rows.map(({ region }) => region)).size > 1;
  const header = ['NAME', 'TYPE', 'TIER', 'VERSION', 'SIZE', 'MODIFIED', 'VALUE IN'];
  return [
    isWide ? ['REGION', ...header] : header,
    ...rows.map((row) => (isWide ? [row.region ?? '', ...cells(row)] : cells(row))),
  ];
}

function cells(row: Row): string[] {
  return [
    row.name,
    row.type,
    row.tier,
    String(row.version),
    row.size === undefined ? (row.pointer ? 'missing' : '?') : formatBytes(row.size),
    row.modified?.toISOString().slice(0, 16).replace('T', ' ') ?? '',
    row.pointer ?? 'SSM',
  ];
}
