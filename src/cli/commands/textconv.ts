import { CofferError } from '../../errors.ts';
import { looksLikeManifest } from '../../repo/check/looks-like-manifest.ts';
import { decodeText } from '../../manifest/encoding.ts';
import { parseManifest } from '../../manifest/index.ts';
import { readBytes } from '../../files/read.ts';
import { maskManifest } from '../../manifest/masked.ts';
import { revealManifest } from '../../seal/reveal.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { openerFor } from '../../actions/manifests.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const [file = ''] = context.args;
  const bytes = await readBytes(file);
  const { text, encoding } = decodeText(bytes);
  const isText = encoding === 'UTF-8' || looksLikeManifest(text);
  if (!isText) await terminal.write(bytes);
  else if (flags.boolean('reveal')) await terminal.write(await reveal(context, text, file));
  else await terminal.write(maskManifest(text));
  return EXIT.ok;
}

/** A diff is of use whatever cannot be opened, so that it stays masked and fails nothing. */
async function reveal(context: Context, text: string, file: string): Promise<string> {
  try {
    const manifest = parseManifest(text, file);
    const revealed = await revealManifest(manifest, await openerFor(context, manifest));
    const [failure, ...more] = revealed.failures;
    const count = `${more.length + 1} of ${manifest.parameters.length} values stay masked`;
    if (failure) tellMasked(context, failure, count);
    return maskManifest(revealed.text, revealed.shown);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    tellMasked(context, error, 'all values stay masked');
    return maskManifest(text);
  }
}

function tellMasked({ terminal }: Context, { message, hint }: CofferError, what: string): void {
  terminal.warn({ message: `${what}: ${message}`, hint });
}
