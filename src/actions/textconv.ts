import { CofferError, isFailure } from '../errors.ts';
import { readBytes } from '../files/read.ts';
import { decodeText } from '../manifest/encoding.ts';
import { parseManifest } from '../manifest/index.ts';
import { maskManifest } from '../manifest/masked.ts';
import { looksLikeManifest } from '../repo/check/looks-like-manifest.ts';
import { reveal } from '../seal/reveal.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { openerFor } from './manifests.ts';
import type { Tools } from './tools.ts';

export interface TextconvOptions {
  /** Shows the values that can be decrypted. */
  reveal?: boolean | undefined;
}

/** Returns a manifest for git diff, secrets masked; returns any other text unchanged. */
export async function textconv(
  tools: Tools,
  file: string,
  options: TextconvOptions = {},
): Promise<Buffer> {
  const { input } = tools;
  const reading = file === '-' && input ? input(MANIFEST_LIMIT) : readBytes(file, MANIFEST_LIMIT);
  const bytes = await reading.catch(describeLarge);
  const { text, encoding } = decodeText(bytes);
  const isManifest = looksLikeManifest(text);
  if (encoding !== 'UTF-8' && !isManifest) return bytes;
  const masked = options.reveal
    ? await revealed(tools, text, file)
    : maskManifest(text, { isManifest });
  return Buffer.from(masked);
}

/** git stops when textconv fails, and what is this large is no manifest. */
function describeLarge(error: unknown): Buffer {
  if (!isFailure(error, 'manifest')) throw error;
  return Buffer.from(`(not shown: ${error.message})\n`);
}

/** A diff is useful even if some values stay masked, so failures to decrypt only warn. */
async function revealed(tools: Tools, text: string, file: string): Promise<string> {
  const tellMasked = ({ message, hint }: CofferError, what: string) =>
    tools.host.warn({ message: `${what}: ${message}`, hint });
  try {
    const manifest = { ...parseManifest(text, file), limit: tools.limit };
    const { parameters } = manifest;
    const opener = await openerFor(tools, manifest);
    const { failures, shown, ...view } = await reveal(manifest, opener, { keepGoing: true });
    const [failure] = failures;
    const count = `${failures.length} of ${parameters.length} values stay masked`;
    if (failure) tellMasked(failure, count);
    const typed = parameters.filter(({ content }) => content.kind === 'plain');
    const names = new Set([...shown.keys(), ...typed.map(({ name }) => name)]);
    return maskManifest(view.text, { shown: names });
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    tellMasked(error, 'all values stay masked');
    return maskManifest(text, { isManifest: looksLikeManifest(text) });
  }
}
