import { CofferError } from '../errors.ts';
import { writeValueFiles } from '../files/value-files.ts';
import { countOf } from '../formats/count.ts';
import type { ObjectFormat, VariableFormat } from '../formats/format.ts';
import { loadFormat, type FormatName } from '../formats/index.ts';
import { assignVariables, type Unfit, type VariableNames } from '../formats/variables.ts';
import type { Host } from '../host.ts';
import { openSecrets, type SecretOptions } from './secrets.ts';
import type { Tools } from './tools.ts';

/** How values become variables. */
export interface VariableOptions extends VariableNames {
  /** A folder for the values that cannot be variables; `…_FILE` then has the path. */
  files?: string | undefined;
}

export interface ExportOptions extends SecretOptions, VariableOptions {
  /** `shell` unless it says otherwise. */
  format?: FormatName | undefined;
  /** Of the Kubernetes Secret. */
  name?: string | undefined;
  namespace?: string | undefined;
  /** A folder that is to hold each value in a file of its own; no text is made then. */
  outDir?: string | undefined;
}

export interface ExportReport {
  /** The values, or what else the format has for standard output; empty with `outDir`. */
  text: string;
  /** What belongs to the end of the file that a job has for variables; of `github`. */
  appendix: string | undefined;
}

/**
 * Hands on the values of manifests, or what AWS holds for them, in one of several formats.
 * @throws CofferError `usage` for a text that the format cannot hold
 */
export async function exportSecrets(
  tools: Tools,
  files: readonly string[],
  options: ExportOptions = {},
): Promise<ExportReport> {
  const { format: name = 'shell', outDir } = options;
  if (outDir !== undefined) {
    refuseIdle(options, ['format', ...VARIABLE_OPTIONS, ...OBJECT_OPTIONS], '--out-dir');
    await writeEach(tools, files, outDir, options);
    return { text: '', appendix: undefined };
  }
  const format = await loadFormat(name);
  if ('rules' in format) {
    refuseIdle(options, OBJECT_OPTIONS, `--format ${name}`);
    return asVariables(tools, files, format, options);
  }
  refuseIdle(options, VARIABLE_OPTIONS, `--format ${name}`);
  return asObject(tools, files, format, options);
}

const VARIABLE_OPTIONS = ['names', 'prefix', 'files'] as const;
const OBJECT_OPTIONS = ['name', 'namespace'] as const;

function refuseIdle(
  options: ExportOptions,
  idle: readonly (keyof ExportOptions)[],
  beside: string,
): void {
  const given = idle.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new CofferError('usage', `--${given} does nothing with ${beside}`, {
    hint: 'leave one of them out',
  });
}

async function asVariables(
  tools: Tools,
  files: readonly string[],
  { rules, render, appendix }: VariableFormat,
  options: ExportOptions,
): Promise<ExportReport> {
  const secrets = await openSecrets(tools, files, options);
  const variables = await assignVariables(secrets, rules, options, (unfit) => {
    if (options.files === undefined) leaveOut(unfit, tools.host);
    return options.files;
  });
  return { text: render(variables), appendix: appendix?.render(variables) };
}

async function asObject(
  tools: Tools,
  files: readonly string[],
  { renderObject }: ObjectFormat,
  { name, namespace, ...options }: ExportOptions,
): Promise<ExportReport> {
  if (!name) throw new CofferError('usage', '--format k8s needs --name, the name of the Secret');
  const secrets = await openSecrets(tools, files, options);
  return { text: renderObject(secrets, { name, namespace }), appendix: undefined };
}

async function writeEach(
  tools: Tools,
  files: readonly string[],
  folder: string,
  options: SecretOptions,
): Promise<void> {
  const secrets = await openSecrets(tools, files, options);
  await writeValueFiles(
    secrets.map((secret) => ({ ...secret, path: secret.name })),
    folder,
  );
  tools.host.note(`${countOf(secrets.length, 'value')} written to ${folder}`);
}

/** Binary and very long values are left out, as psyml did; another text has no excuse. */
function leaveOut(unfit: readonly Unfit[], host: Host): void {
  const problems = unfit
    .filter(({ isPlain }) => isPlain)
    .map(({ secret: { name, place }, reason }) => ({
      message: `${name}: ${reason}`,
      hint: 'take another --format, write it to a file with --files DIR, or leave it out with --only',
      place,
    }));
  const [first] = problems;
  if (first) throw new CofferError('usage', first.message, { ...first, problems });
  for (const { secret, reason } of unfit) {
    host.warn({
      message: `${secret.name} is left out: ${reason}`,
      hint: '--files DIR writes such values to files and exports their paths',
    });
  }
}
