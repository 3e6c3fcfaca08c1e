import type { ParameterMetadata, ParameterStore, StoredParameter } from '../aws/parameters.ts';
import { parsePointer } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { formatBytes, renderTable } from '../render/table.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { readManifests } from './manifests.ts';

interface Row extends ParameterMetadata {
  /** Of the value, or of the object it points to; unknown to who may not open it. */
  size: number | undefined;
  pointer: string | undefined;
}

export async function run(context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const rows: Row[] = [];
  for (const { path, region } of await placesOf(context)) {
    const parameters = await context.aws.parameters(region);
    const found = await parameters.describePath(path);
    const values = await readValues(parameters, found);
    for (const item of found) rows.push(await describe(context, region, item, values));
  }
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (context.json) {
    await terminal.write(`${JSON.stringify({ version: 1, parameters: rows })}\n`);
  } else if (rows.length > 0) {
    const header = ['NAME', 'TYPE', 'TIER', 'VERSION', 'SIZE', 'MODIFIED', 'VALUE IN'];
    await terminal.write(renderTable([header, ...rows.map(cells)]));
  }
  return EXIT.ok;
}

/** Manifests stand for their paths; a path may be given as it is. */
async function placesOf(context: Context): Promise<{ path: string; region: string | undefined }[]> {
  const paths = context.args.filter((arg) => arg.endsWith('/'));
  const files = context.args.filter((arg) => !arg.endsWith('/'));
  const manifests = await readManifests(context, files);
  return [
    ...paths.map((path) => ({ path, region: context.region })),
    ...manifests.map(({ path, region }) => ({ path, region })),
  ];
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
  item: ParameterMetadata,
  values: ReadonlyMap<string, StoredParameter>,
): Promise<Row> {
  const value = values.get(item.name)?.value;
  const pointer = item.type === 'String' && value ? parsePointer(value) : undefined;
  if (!pointer) {
    const size = value === undefined ? undefined : Buffer.byteLength(value);
    return { ...item, size, pointer: undefined };
  }
  const objects = await context.aws.objects(region);
  const info = await objects.head(pointer.bucket, pointer.key);
  return { ...item, size: info && info.size - 16, pointer: value };
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
