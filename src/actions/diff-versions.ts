import { CofferError } from '../errors.ts';
import { compareVersions, findVersion, parseSelector } from '../plan/versions.ts';
import { renderDifferencesJson } from '../plan/json.ts';
import { renderDifferences } from '../cli/terminal/plan-text.ts';
import { EXIT, type Context, type ExitCode } from '../cli/context.ts';
import { completeName } from './parameter-name.ts';

/** `diff NAME@3 NAME@5`: two versions of a parameter, without a manifest. */
export async function diffVersions(context: Context): Promise<ExitCode> {
  const { args, flags, terminal } = context;
  const [from, to, ...more] = args.map((arg) => parseSelector(completeName(arg)));
  if (!from || !to || more.length > 0) {
    throw new CofferError('usage', 'versions are compared in pairs', {
      hint: 'for example: coffer diff /app/token@3 /app/token@5',
    });
  }
  const format = flags.string('format') ?? (context.json ? 'json' : 'text');
  if (format !== 'text' && format !== 'json') {
    throw new CofferError('usage', `two versions are not compared as ${format}`, {
      hint: 'text or json',
    });
  }
  const parameters = await context.aws.parameters(context.region);
  const [before, after] = await Promise.all([
    findVersion(parameters, from),
    findVersion(parameters, to),
  ]);
  const differences = compareVersions(before, after);
  const reveal = flags.boolean('reveal');
  if (format === 'json') {
    const report = { version: 1, differences: renderDifferencesJson(differences, reveal) };
    await terminal.write(`${JSON.stringify(report, null, 2)}\n`);
  } else if (differences.length === 0) {
    await terminal.write('no difference\n');
  } else {
    const lines = renderDifferences(differences, { paint: terminal.dataPaint, reveal });
    await terminal.write(`${lines.join('\n')}\n`);
  }
  return differences.length > 0 && flags.boolean('exitCode') ? EXIT.different : EXIT.ok;
}
