import { CofferError } from '../errors.ts';
import { writeValueFiles } from '../files/value-files.ts';
import { countOf } from '../formats/count.ts';
import type { ObjectFormat, VariableFormat } from '../formats/format.ts';
import { loadFormat, type FormatName } from '../formats/index.ts';
import { assignVariables, type Unfit, type VariableNames } from '../formats/variables.ts';
import type { Host } from '../host.ts';
import { refuseTrackedLink } from '../seal/outward-link.ts';
import { openSecrets, type SecretOptions } from './secrets.ts';
import type { Tools } from './tools.ts';

/** How values become variables. */
export interface VariableOptions extends VariableNames {
  /** A folder for values that cannot be variables; `…_FILE` then holds the path. */
  files?: string | undefined;
}

export interface ExportOptions extends SecretOptions, VariableOptions {
  /** Default: `shell`. */
  format?: FormatName | undefined;
  /** Name of the Kubernetes Secret. */
  name?: string | undefined;
  namespace?: string | undefined;
  /** A folder for one file per value; no text is made then. */
  outDir?: string | undefined;
}

export interface ExportReport {
  /** The text for standard output; empty with `outDir`. */
  text: string;
  /** The lines to append to the job's file of variables; only `github` has them. */
  appendix: string | undefined;
}

/**
 * Exports the values of manifests, or those in AWS, in one of several formats.
 * @throws CofferError `usage` if the format cannot hold a text
 */
export async function exportSecrets(
  tools: Tools,
  files: readonly string[],
  options: ExportOptions = {},
): Promise<ExportReport> {
  const { format: name = 'shell', outDir, files: folder } = options;
  for (const place of [outDir, folder]) if (place !== undefined) await refuseTrackedLink(place);
  if (outDir !== undefined) {
    refuseIdle(options, ['format', ...VARIABLE_OPTIONS, ...OBJECT_OPTIONS], '--out-dir');
    await writeEach(tools, files, outDir, options);
    return { text: '', appendix: undefined };
  }
  const format = await loadFormat(name);
  if ('rules' in format) {
    refuseIdle(
      options,
      [...OBJECT_OPTIONS, ...(name === 'shell' ? [] : SHELL_OPTIONS)],
      `--format ${name}`,
    );
    return asVariables(tools, files, format, options);
  }
  refuseIdle(options, VARIABLE_OPTIONS, `--format ${name}`);
  return asObject(tools, files, format, options);
}

const VARIABLE_OPTIONS = ['names', 'prefix', 'files', 'shell'] as const;
const SHELL_OPTIONS = ['shell'] as const;
const OBJECT_OPTIONS = ['name', 'namespace'] as const;

function refuseIdle(
  options: ExportOptions,
  idle: readonly (keyof ExportOptions)[],
  beside: string,
): void {
  const given = idle.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new CofferError('usage', `--${given} cannot be used with ${beside}`, {
    hint: 'leave out one of them',
  });
}

async function asVariables(
  tools: Tools,
  files: readonly string[],
  { rules, render, findDoubt, appendix }: VariableFormat,
  options: ExportOptions,
): Promise<ExportReport> {
  const secrets = await openSecrets(tools, files, options);
  const variables = await assignVariables(secrets, rules, options, (unfit) => {
    if (options.files === undefined) leaveOut(unfit, tools.host);
    return options.files;
  });
  for (const variable of variables) {
    const doubt = findDoubt?.(variable, options.shell);
    if (doubt) tools.host.warn(doubt);
  }
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

/** Leaves out binary and very long values, as psyml did; any other text that does not fit fails. */
function leaveOut(unfit: readonly Unfit[], host: Host): void {
  const problems = unfit
    .filter(({ isPlain }) => isPlain)
    .map(({ secret: { name, place }, reason }) => ({
      message: `${name}: ${reason}`,
      hint: 'use another --format, write it to a file with --files DIR, or leave it out with --only',
      place,
    }));
  const [first] = problems;
  if (first) throw new CofferError('usage', first.message, { ...first, problems });
  for (const { secret, reason } of unfit) {
    host.warn({
      message: `${secret.name} is left out: ${reason}`,
      hint: 'add --files DIR to write such values to files and export their paths',
    });
  }
}
