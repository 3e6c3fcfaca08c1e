import { history } from '../../actions/history.ts';
import { renderTable } from '../../formats/table.ts';
import { visible } from '../../formats/visible.ts';
import { STORES } from '../../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

const HEADER = ['VERSION', 'MODIFIED', 'BY', 'TYPE', 'LABELS', 'VALUE'];

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const versions = await history(tools, args[0] ?? '', {
    reveal: flags.boolean('reveal'),
    store: flags.choice('store', STORES),
  });
  if (json) {
    await writeReport(context, { versions });
    return EXIT.ok;
  }
  const rows = versions
    .toReversed()
    .map(({ version, modified, user, type, labels, value }) => [
      String(version),
      modified?.toISOString().slice(0, 19).replace('T', ' ') ?? '',
      user?.split('/').at(-1) ?? '',
      type,
      labels.join(','),
      oneLine(value),
    ]);
  await terminal.write(renderTable([HEADER, ...rows]));
  return EXIT.ok;
}

function oneLine(value: string | undefined): string {
  if (value === undefined) return '(secret)';
  const text = visible(JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
