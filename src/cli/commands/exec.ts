import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CofferError } from '../../errors.ts';
import type { Context } from '../context.ts';
import { makePrivateFolder } from '../../files/private-folder.ts';
import { relaySignals, runCommand } from '../run-command.ts';
import { readSecrets } from '../../actions/secrets.ts';
import { assignVariables, ENVIRONMENT } from '../../formats/variables.ts';

/** Runs a command with secrets in its environment; its exit status. */
export async function run(context: Context): Promise<number> {
  const { environment, flags, rest } = context;
  if (rest.length === 0) {
    throw new CofferError('usage', 'exec needs a command', {
      hint: 'write it behind --, for example: coffer exec app.yml -- make deploy',
    });
  }
  const secrets = await readSecrets(context);
  const kept = flags.string('files');
  let temporary: string | undefined;
  // From here on there may be files, which no signal is to leave behind.
  const relay = relaySignals();
  try {
    const variables = await assignVariables(secrets, ENVIRONMENT, flags, async () => {
      return kept ?? (temporary = await makePrivateFolder(environment));
    });
    const folder = variables.some(({ isPath }) => isPath) ? (kept ?? temporary) : undefined;
    return await runCommand(rest, {
      environment: {
        ...(flags.boolean('pristine') ? {} : environment),
        ...Object.fromEntries(variables.map(({ variable, value }) => [variable, value])),
        ...(folder !== undefined && { COFFER_FILES: resolve(folder) }),
      },
      path: environment['PATH'],
      relay,
    });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    relay.stop();
  }
}
