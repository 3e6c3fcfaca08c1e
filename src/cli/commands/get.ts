import { openValue } from '../../actions/get.ts';
import { CofferError } from '../../errors.ts';
import { isPipeOrDevice, refuseForeignPipe, writePrivateFile } from '../../files/private-file.ts';
import { STORES } from '../../manifest/model.ts';
import { parseSelector } from '../../plan/versions.ts';
import { refuseTrackedLink } from '../../seal/outward-link.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeToDevice } from '../terminal/device-output.ts';

export async function run({ args, flags, terminal, tools }: Context): Promise<ExitCode> {
  const [name = flags.string('path'), version] = args;
  if (!name) throw new CofferError('usage', 'coffer get needs a name or an s3:// URL');
  const selector = version === undefined ? name : selectVersion(name, version);
  const file = flags.string('output');
  if (file !== undefined && file !== '-') await refuseTrackedLink(file);
  const limit = tools.limit.ofStreams;
  const value = await openValue({ ...tools, limit }, selector, {
    parameter: flags.string('parameter'),
    allowForeign: flags.boolean('allowForeign'),
    store: flags.choice('store', STORES),
    property: flags.string('property'),
  });
  try {
    if (file === undefined || file === '-') {
      for await (const chunk of value.verified()) await terminal.write(chunk);
    } else if (await isPipeOrDevice(file)) {
      await refuseForeignPipe(file);
      await writeToDevice(terminal.streams, file, value.verified());
    } else {
      // The file gets its name only after verification.
      await writePrivateFile(file, value.unverified(), terminal.onStop());
      terminal.note(`${file} written with the value of ${selector}`);
    }
  } finally {
    await value.close();
  }
  return EXIT.ok;
}

/** `NAME VERSION` as `NAME@VERSION`. */
function selectVersion(name: string, version: string): string {
  const selector = `${name}@${version}`;
  if (!name.startsWith('s3://') && parseSelector(selector)) return selector;
  throw new CofferError('usage', `${version} cannot be the version of ${name}`, {
    hint: 'for example: coffer get /apps/superman/api_token 3',
  });
}
