import type { ParameterVersion } from '../../stores/ssm.ts';
import { parsePointer } from '../../crypto/pointer.ts';
import { visible } from '../../formats/visible.ts';
import { renderTable } from '../../formats/table.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { completeName } from '../../actions/parameter-name.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags, region } = context;
  const name = completeName(context.args[0] ?? '');
  const reveal = flags.boolean('reveal');
  const parameters = await context.aws.parameters(region);
  const versions = await parameters.history(name, reveal);
  // What is a secret in one version may have stood open in another; a pointer tells nothing.
  const isSecret = versions.some(({ type }) => type === 'SecureString');
  const isOpen = ({ type, value }: ParameterVersion) =>
    reveal || !isSecret || (type === 'String' && parsePointer(value) !== undefined);
  const show = (version: ParameterVersion) => (isOpen(version) ? version.value : undefined);
  if (context.json) {
    const report = versions.map((version) => ({ ...version, value: show(version) }));
    await writeReport(context, { versions: report });
    return EXIT.ok;
  }
  const rows = versions
    .toReversed()
    .map((version) => [
      String(version.version),
      version.modified?.toISOString().slice(0, 19).replace('T', ' ') ?? '',
      version.user?.split('/').at(-1) ?? '',
      version.type,
      version.labels.join(','),
      oneLine(show(version)),
    ]);
  await terminal.write(
    renderTable([['VERSION', 'MODIFIED', 'BY', 'TYPE', 'LABELS', 'VALUE'], ...rows]),
  );
  return EXIT.ok;
}

function oneLine(value: string | undefined): string {
  if (value === undefined) return '(secret)';
  const text = visible(JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
