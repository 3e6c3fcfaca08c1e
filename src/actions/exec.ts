import { resolve } from 'node:path';
import { makePrivateFolder, removePrivateFolder } from '../files/private-folder.ts';
import { ENVIRONMENT } from '../formats/format.ts';
import { assignVariables } from '../formats/variables.ts';
import { refuseTrackedLink } from '../seal/outward-link.ts';
import type { VariableOptions } from './export.ts';
import { openSecrets, type SecretOptions } from './secrets.ts';
import type { Tools } from './tools.ts';

export interface ExecOptions extends SecretOptions, VariableOptions {
  /** A private folder, in memory if possible: the value of XDG_RUNTIME_DIR. */
  runtimeFolder?: string | undefined;
  /** Called after all values are decrypted: from here until the action returns, files may exist. */
  onOpened?: (() => void) | undefined;
}

/**
 * Passes the values of manifests, or those in AWS, to `run`: as variables, and as files where a
 * value cannot be a variable. Deletes the files afterwards, unless `files` names their folder.
 * @param run receives the variables, and `COFFER_FILES` with the folder if there are files
 * @returns the result of `run`
 */
export async function exec<Result>(
  tools: Tools,
  files: readonly string[],
  run: (variables: Readonly<Record<string, string>>) => Promise<Result>,
  options: ExecOptions = {},
): Promise<Result> {
  if (options.files !== undefined) await refuseTrackedLink(options.files);
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
    if (temporary !== undefined) removePrivateFolder(temporary, tools.host.warn);
  }
}
