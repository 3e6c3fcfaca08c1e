import { CofferError } from '../../errors.ts';
import { decryptManifest } from '../../seal/decrypt.ts';
import { asText } from '../../seal/limits.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { findParameter, openerFor, readManifests } from '../../actions/manifests.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const [manifest, ...more] = await readManifests(context, context.args);
  if (!manifest || more.length > 0) {
    throw new CofferError('usage', 'decrypt takes one manifest');
  }
  const opener = await openerFor(context, manifest);
  const name = flags.string('value');
  const wanted = name === undefined ? manifest.parameters : [findParameter(manifest, name)];
  if (context.json) {
    const parameters = await Promise.all(
      wanted.map(async (parameter) => {
        const bytes = await opener.open(parameter);
        return { name: parameter.fullName, type: parameter.type, ...asJson(bytes) };
      }),
    );
    await writeReport(context, { parameters });
    return EXIT.ok;
  }
  if (name !== undefined) {
    for (const parameter of wanted) await terminal.write(await opener.open(parameter));
    return EXIT.ok;
  }
  const { text, notes } = await decryptManifest(manifest, opener);
  await terminal.write(text);
  for (const note of notes) terminal.warn(note);
  return EXIT.ok;
}

function asJson(bytes: Buffer): { value: string } | { valueBase64: string } {
  const text = asText(bytes);
  return text === undefined ? { valueBase64: bytes.toString('base64') } : { value: text };
}
