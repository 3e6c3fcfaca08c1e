import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import { CofferError } from '../errors.ts';
import { editManifest, parseManifest, restoreContents } from '../manifest/index.ts';
import type { Manifest, Parameter, ParameterEdit } from '../manifest/model.ts';
import { compareEdited, type Comparison } from './compare.ts';
import { encryptManifest, type Sealing } from './encrypt.ts';
import type { FileKey } from './file-key.ts';
import { rewrapBlob } from './move.ts';
import type { View } from './reveal.ts';

/** How an edit changed a parameter. */
export interface ParameterChange {
  name: string;
  change: 'changed' | 'added' | 'removed';
}

/**
 * Seals an edited view. Parameters with unchanged name, type and plaintext get their old ciphertext
 * back; the rest is sealed as encrypt does it.
 * @throws CofferError
 */
export async function sealEdited(
  view: View,
  edited: Manifest,
  fileKey: FileKey,
  today: string,
): Promise<Sealing & { changes: ParameterChange[] }> {
  const { manifest: before } = view;
  refuseOtherList(before, edited);
  const comparison = compareEdited(view, edited);
  const { unchanged, todo, reseal, known } = comparison;
  const { text, restored } = restoreContents(before, view.text, edited, unchanged.keys());
  const edits = await rewrapBlobs(comparison, before, edited, fileKey);
  for (const { name, typeAsWritten } of edited.parameters) {
    const old = unchanged.get(name);
    if (!old) continue;
    const type = old.typeAsWritten === typeAsWritten ? undefined : old.typeAsWritten;
    edits.set(name, { type, content: restored.has(name) ? undefined : sealedContent(old) });
  }
  // With its ciphertext back, the text is again almost what it was.
  const { document } = before;
  const sealed = editManifest(
    { ...edited, text, document },
    { ...keysOf(before), parameters: edits },
  );
  const read = parseManifest(sealed, edited.file, before);
  const manifest = takeAsTyped(read, before, edited, comparison);
  verifyUnchanged(manifest, unchanged);
  const sealing = await encryptManifest(manifest, fileKey, {
    only: todo,
    reseal,
    known,
    today,
  });
  return { ...sealing, changes: findChanges(before, sealing.read) };
}

function refuseOtherList(before: Manifest, { file, destination }: Manifest): void {
  if (before.encryptedWith === undefined) return;
  if (before.destination.recovery === destination.recovery) return;
  throw new CofferError('manifest', `${file}: an edit cannot change the recovery list`, {
    hint: 'change it back, and use coffer recovery add or coffer recovery remove',
  });
}

async function rewrapBlobs(
  { renamedBlobs }: Comparison,
  { destination: from }: Manifest,
  { destination: to }: Manifest,
  fileKey: FileKey,
): Promise<Map<string, ParameterEdit>> {
  const edits = await pMap(
    renamedBlobs,
    async ({ parameter, blob, owner }) => {
      const moved = (await rewrapBlob(blob, [from, owner], [to, parameter], fileKey)) ?? blob;
      return [parameter.name, { content: { kind: 'blob' as const, blob: moved } }] as const;
    },
    { concurrency: 8 },
  );
  return new Map<string, ParameterEdit>(edits);
}

function sealedContent({ content }: Parameter): ParameterEdit['content'] {
  if (content.kind === 'psyml') return { kind: 'sealed', text: content.ciphertext };
  return content.kind === 'absent' ? undefined : content;
}

/** People do not edit the keys: missing ones come back. */
function keysOf({ encryptedWith, dataKeys }: Manifest) {
  return {
    ...(encryptedWith !== undefined && { encryptedWith }),
    ...(Object.keys(dataKeys).length > 0 && { dataKeys }),
  };
}

/**
 * Treats text to seal as plaintext, even if it looks like psyml's ciphertext. Places refer to the
 * edited lines.
 */
function takeAsTyped(
  manifest: Manifest,
  before: Manifest,
  edited: Manifest,
  { todo, unchanged }: Comparison,
): Manifest {
  const places = new Map(edited.parameters.map(({ name, place }) => [name, place]));
  return {
    ...manifest,
    allowedFiles: edited.allowedFiles,
    // The data keys are bound to where the secrets go.
    dataKeys: isDeepStrictEqual(manifest.destination, before.destination) ? manifest.dataKeys : {},
    parameters: manifest.parameters.map((parameter) => {
      const { name, content } = parameter;
      const isTyped = content.kind === 'psyml' && todo.has(name) && !unchanged.has(name);
      return {
        ...parameter,
        place: places.get(name) ?? parameter.place,
        content: isTyped ? { kind: 'plain', text: content.ciphertext } : content,
      };
    }),
  };
}

/** Checks the restored contents before anything is written. */
function verifyUnchanged({ file, parameters }: Manifest, unchanged: Comparison['unchanged']): void {
  for (const { name, content } of parameters) {
    const old = unchanged.get(name);
    if (old && !isDeepStrictEqual(content, old.content)) {
      throw new Error(`the new text of ${file} would change ${name}`);
    }
  }
}

function findChanges(before: Manifest, after: Manifest): ParameterChange[] {
  const old = new Map(before.parameters.map((parameter) => [parameter.name, parameter]));
  const changes: ParameterChange[] = [];
  for (const parameter of after.parameters) {
    const { name, place } = parameter;
    const was = old.get(name);
    if (!was) changes.push({ name, change: 'added' });
    else if (!isDeepStrictEqual({ ...was, place }, parameter)) {
      changes.push({ name, change: 'changed' });
    }
    old.delete(name);
  }
  return [...changes, ...[...old.keys()].map((name) => ({ name, change: 'removed' as const }))];
}
