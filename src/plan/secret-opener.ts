import { CofferError } from '../errors.ts';
import { asText } from '../formats/text.ts';
import { entriesOf } from '../manifest/entries.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { openPublished, type Opener } from '../seal/opener.ts';
import { binaryInJson, isInlineSecret, refuseFull } from '../seal/secret-placement.ts';
import type { SecretOpener } from '../stores/port.ts';

/** Opens the values that the secrets of a manifest hold. */
export function createSecretOpener(manifest: Manifest, opener: Opener): SecretOpener {
  const entries = new Map(entriesOf(manifest).map(({ name, parameters }) => [name, parameters]));
  const open = async (parameter: Parameter): Promise<Buffer> => {
    const isPublished = parameter.content.kind === 'absent';
    const bytes = isPublished
      ? await openPublished(manifest, parameter)
      : await opener.open(parameter);
    isInlineSecret(manifest, parameter, bytes);
    return bytes;
  };
  return {
    async open(name) {
      const [first, ...more] = entries.get(name) ?? [];
      if (!first) throw new CofferError('manifest', `${manifest.file} has no secret ${name}`);
      if (manifest.secret !== undefined) return { text: await asJson([first, ...more]) };
      const bytes = await open(first);
      const text = asText(bytes);
      return text === undefined ? { bytes } : { text };
    },
  };

  /** The same values make the same text: AWS refuses another one under the same VersionId. */
  async function asJson(parameters: readonly Parameter[]): Promise<string> {
    const pairs: [string, string][] = [];
    for (const parameter of parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const text = asText(await open(parameter));
      if (text === undefined) throw binaryInJson(manifest, parameter);
      pairs.push([parameter.name, text]);
    }
    const json = `{${pairs.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`;
    const full = refuseFull(manifest, Buffer.byteLength(json));
    if (full) throw full;
    return json;
  }
}
