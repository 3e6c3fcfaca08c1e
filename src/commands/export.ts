import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pMap from 'p-map';
import { CofferError } from '../errors.ts';
import type { Parameter } from '../manifest/model.ts';
import { environmentName, shellExport } from '../render/shell.ts';
import { formatBytes } from '../render/table.ts';
import { asText } from '../seal/limits.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { openerFor, readManifests } from './manifests.ts';
import { writePrivateFile } from './private-file.ts';

/** Linux gives one environment string no more than this, its name included. */
const ENVIRONMENT_LIMIT = 128 * 1024 - 1;

interface Variable {
  name: string;
  parameter: Parameter;
  bytes: Buffer;
}

export async function run(context: Context): Promise<ExitCode> {
  const variables: Variable[] = [];
  for (const manifest of await readManifests(context, context.args)) {
    const opener = await openerFor(context, manifest);
    const opened = await pMap(
      manifest.parameters,
      async (parameter) => ({
        name: environmentName(parameter.name),
        parameter,
        bytes: await opener.open(parameter),
      }),
      { concurrency: 8 },
    );
    variables.push(...opened);
  }
  const folder = context.flags.string('files');
  const lines: { name: string; line: string; parameter: Parameter }[] = [];
  for (const { name, parameter, bytes } of variables) {
    const text = asText(bytes);
    if (text !== undefined && name.length + 1 + bytes.length <= ENVIRONMENT_LIMIT) {
      lines.push({ name, parameter, line: shellExport(name, text) });
    } else if (folder !== undefined) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = resolve(join(folder, name));
      await writePrivateFile(file, [bytes]);
      lines.push({ name: `${name}_FILE`, parameter, line: shellExport(`${name}_FILE`, file) });
    } else {
      context.terminal.warn({
        message: `${parameter.name} is left out: ${text === undefined ? 'it is binary' : `${formatBytes(bytes.length)} do not fit the environment`}`,
        hint: '--files DIR writes such values to files and exports their paths',
      });
    }
  }
  refuseCollisions(lines);
  await context.terminal.write(lines.map(({ line }) => `${line}\n`).join(''));
  return EXIT.ok;
}

function refuseCollisions(lines: readonly { name: string; parameter: Parameter }[]): void {
  const taken = new Map<string, Parameter>();
  for (const { name, parameter } of lines) {
    const other = taken.get(name);
    if (other) {
      throw new CofferError(
        'manifest',
        `${other.name} and ${parameter.name} would both be exported as ${name}`,
        { place: parameter.place, hint: 'rename one of them' },
      );
    }
    taken.set(name, parameter);
  }
}
