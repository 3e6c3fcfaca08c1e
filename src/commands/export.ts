import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import { renderK8sSecret } from '../render/k8s.ts';
import { environmentName, shellExport } from '../render/shell.ts';
import { formatBytes } from '../render/table.ts';
import { asText } from '../seal/limits.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { writePrivateFile } from './private-file.ts';
import { readSecrets, type Secret } from './secrets.ts';

/** Linux gives one environment string no more than this, its name included. */
const ENVIRONMENT_LIMIT = 128 * 1024 - 1;

const LEAVE = 'choose what is written with --only';

/** A line to be. */
interface Variable {
  variable: string;
  value: string;
  secret: Secret;
  /** Holds the value, when the environment cannot. */
  file?: string;
}

type Render = (secrets: readonly Secret[], context: Context) => Promise<string> | string;

const FORMATS: Readonly<Record<string, Render>> = {
  shell: renderShell,
  k8s: (secrets, { flags }) => {
    const name = flags.string('name');
    if (!name) throw new CofferError('usage', '--format k8s needs --name, the name of the Secret');
    return renderK8sSecret(secrets, { name, namespace: flags.string('namespace') });
  },
};

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const format = flags.string('format') ?? 'shell';
  const render = FORMATS[format];
  if (!render) {
    throw new CofferError('usage', `there is no format ${format}`, {
      hint: Object.keys(FORMATS).join(', '),
    });
  }
  const secrets = await readSecrets(context);
  const folder = flags.string('outDir');
  if (folder === undefined) await terminal.write(await render(secrets, context));
  else {
    for (const [file, { bytes }] of filesFor(secrets, folder)) await writeValue(file, bytes);
    terminal.note(`${secrets.length} values written to ${folder}`);
  }
  return EXIT.ok;
}

async function renderShell(secrets: readonly Secret[], context: Context): Promise<string> {
  const folder = context.flags.string('files');
  const variables: Variable[] = [];
  for (const secret of secrets) {
    const { name, bytes } = secret;
    const variable = environmentName(name);
    const text = asText(bytes);
    if (text !== undefined && variable.length + 1 + bytes.length <= ENVIRONMENT_LIMIT) {
      variables.push({ variable, value: text, secret });
    } else if (folder !== undefined) {
      const file = resolve(folder, variable);
      variables.push({ variable: `${variable}_FILE`, value: file, secret, file });
    } else {
      context.terminal.warn({
        message: `${name} is left out: ${text === undefined ? 'it is binary' : `${formatBytes(bytes.length)} do not fit the environment`}`,
        hint: '--files DIR writes such values to files and exports their paths',
      });
    }
  }
  refuseCollisions(variables);
  for (const { file, secret } of variables) if (file) await writeValue(file, secret.bytes);
  return variables.map(({ variable, value }) => `${shellExport(variable, value)}\n`).join('');
}

/** A file for each value. What cannot be a file there is found before the first is written. */
function filesFor(secrets: readonly Secret[], folder: string): Map<string, Secret> {
  const files = new Map<string, Secret>();
  for (const secret of secrets) {
    const { name } = secret;
    // SSM lets a name hold `..`, which must not lead out of the folder.
    if (name.split('/').some((part) => part === '.' || part === '..')) {
      throw new CofferError('usage', `${name} is no name for a file in ${folder}`, { hint: LEAVE });
    }
    const file = join(folder, name);
    if (files.has(file)) {
      throw new CofferError('usage', `two values would be in ${file}`, { hint: LEAVE });
    }
    files.set(file, secret);
  }
  for (const [file, { name }] of files) {
    for (let above = dirname(file); above !== dirname(above); above = dirname(above)) {
      const other = files.get(above);
      if (!other) continue;
      const message = `${other.name} cannot be both a file and the folder of ${name}`;
      throw new CofferError('usage', message, { hint: LEAVE });
    }
  }
  return files;
}

async function writeValue(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writePrivateFile(file, [bytes]);
}

function refuseCollisions(variables: readonly Variable[]): void {
  const taken = new Map<string, string>();
  for (const { variable, secret } of variables) {
    const other = taken.get(variable);
    if (other !== undefined) {
      throw new CofferError(
        'manifest',
        `${other} and ${secret.name} would both be exported as ${variable}`,
        { hint: 'rename one of them', place: secret.place },
      );
    }
    taken.set(variable, secret.name);
  }
}
