import { CofferError } from '../errors.ts';
import { decryptManifest } from '../seal/decrypt.ts';
import { asText } from '../seal/limits.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { findParameter, openerFor, readManifests } from './manifests.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const [manifest, ...more] = await readManifests(context, context.args);
  if (!manifest || more.length > 0) {
    throw new CofferError('usage', 'decrypt takes one manifest');
  }
  const opener = await openerFor(context, manifest);
  const name = flags.string('value');
  if (name !== undefined) {
    await terminal.write(await opener.open(findParameter(manifest, name)));
    return EXIT.ok;
  }
  if (context.json) {
    const parameters = await Promise.all(
      manifest.parameters.map(async (parameter) => {
        const bytes = await opener.open(parameter);
        return { name: parameter.fullName, type: parameter.type, ...asJson(bytes) };
      }),
    );
    await terminal.write(`${JSON.stringify({ version: 1, parameters })}\n`);
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
