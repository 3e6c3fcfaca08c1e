import pMap from 'p-map';
import type { Problem } from '../errors.ts';
import { editManifest, isWritable } from '../manifest/index.ts';
import type { Manifest, Parameter, ParameterEdit } from '../manifest/model.ts';
import { asText, INLINE_LIMIT } from './limits.ts';
import type { Opener } from './opener.ts';

/**
 * The manifest's text as it was before encrypt: plaintext values, no keys. Binary and long blobs
 * stay sealed, and are named in `notes`.
 */
export async function decryptManifest(
  manifest: Manifest,
  opener: Opener,
): Promise<{ text: string; notes: Problem[] }> {
  const notes: Problem[] = [];
  const edits = new Map<string, ParameterEdit>();
  await pMap(
    manifest.parameters,
    async (parameter) => {
      const edit: ParameterEdit =
        parameter.typeAsWritten === parameter.typeAsWritten.toLowerCase()
          ? { type: parameter.type }
          : {};
      edits.set(parameter.name, edit);
      const { content, origin } = parameter;
      if (content.kind === 'plain' || content.kind === 'absent') return;
      const text = await openText(parameter, opener);
      if (text === undefined) {
        const isLong = content.kind === 'blob' && content.blob.size > INLINE_LIMIT;
        notes.push({
          message: `${parameter.name} is ${isLong ? 'long' : 'binary'} and left sealed`,
          hint: `coffer decrypt ${manifest.file} --value ${parameter.name} prints it alone`,
        });
        return;
      }
      edit.content = { kind: 'plain', text };
      // A typed value and a file contradict each other; one that was generated may be typed.
      if (origin && 'file' in origin) edit.dropOrigin = true;
    },
    { concurrency: 8 },
  );
  const keys = notes.length > 0 ? {} : { encryptedWith: null, dataKeys: null };
  return { text: editManifest(manifest, { ...keys, parameters: edits }), notes };
}

/** The value as text; `undefined` for one that is long or binary. */
async function openText(parameter: Parameter, opener: Opener): Promise<string | undefined> {
  const { content } = parameter;
  const isLong = content.kind === 'blob' && content.blob.size > INLINE_LIMIT;
  return isLong ? undefined : asText(await opener.open(parameter));
}

/** The same, of what can stand in a manifest in plaintext. */
export async function openWritable(
  parameter: Parameter,
  opener: Opener,
): Promise<string | undefined> {
  const text = await openText(parameter, opener);
  return text !== undefined && isWritable(text) ? text : undefined;
}
