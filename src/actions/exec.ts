import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { makePrivateFolder } from '../files/private-folder.ts';
import { ENVIRONMENT } from '../formats/format.ts';
import { assignVariables } from '../formats/variables.ts';
import type { VariableOptions } from './export.ts';
import { openSecrets, type SecretOptions } from './secrets.ts';
import type { Tools } from './tools.ts';

export interface ExecOptions extends SecretOptions, VariableOptions {
  /** A folder of the caller's session, in memory if it can be: what XDG_RUNTIME_DIR names. */
  runtimeFolder?: string | undefined;
  /** Called once all is open: from here on there may be files, until this action has returned. */
  onOpened?: (() => void) | undefined;
}

/**
 * Lends the values of manifests, or what AWS holds for them, to `run`: as variables, and as files
 * where a value cannot be one. The files are gone afterwards, unless `files` names their folder.
 * @param run given the variables, `COFFER_FILES` with the folder among them if there are files
 * @returns what `run` returns
 */
export async function exec<Result>(
  tools: Tools,
  files: readonly string[],
  run: (variables: Readonly<Record<string, string>>) => Promise<Result>,
  options: ExecOptions = {},
): Promise<Result> {
  const secrets = await openSecrets(tools, files, options);
  options.onOpened?.();
  let temporary: string | undefined;
  try {
    let folder = options.files;
    const variables = await assignVariables(secrets, ENVIRONMENT, options, async () => {
      folder ??= temporary = await makePrivateFolder({ XDG_RUNTIME_DIR: options.runtimeFolder });
      return folder;
    });
    return await run({
      ...Object.fromEntries(variables.map(({ variable, value }) => [variable, value])),
      ...(folder !== undefined &&
        variables.some(({ isPath }) => isPath) && { COFFER_FILES: resolve(folder) }),
    });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}
