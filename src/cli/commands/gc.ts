import { gc, type GcReport } from '../../actions/gc.ts';
import { formatPointer } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { formatBytes } from '../../sizes.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReports } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, terminal, tools } = context;
  const age = flags.string('olderThan');
  const reports = await gc(tools, args, {
    yes: flags.boolean('yes'),
    dryRun: flags.boolean('dryRun'),
    olderThanSeconds: age === undefined ? undefined : secondsOf(age),
    onPlan(found) {
      for (const line of found.flatMap(renderFound)) terminal.note(line);
    },
  });
  await writeReports(context, reports);
  return EXIT.ok;
}

function renderFound({ bucket, objects, uploads }: GcReport): string[] {
  const url = (key: string) => formatPointer({ bucket, key });
  return [
    ...objects.map(({ key, size }) => `  ${url(key)}  ${formatBytes(size)}`),
    ...uploads.map((key) => `  ${url(key)}  unfinished upload`),
  ];
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90s`, `30m`, `12h`, `7d` */
function secondsOf(age: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(age) ?? [];
  if (number !== undefined && unit !== undefined) {
    return Number(number) * UNITS[unit as keyof typeof UNITS];
  }
  throw new CofferError('usage', `--older-than ${age} is not an age`, {
    hint: 'for example 90s, 30m, 12h or 7d',
  });
}
