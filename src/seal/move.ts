import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import { decodeBase64 } from '../crypto/base64.ts';
import { bindingOf, blobContext, type Destination } from '../crypto/contexts.ts';
import { requireCommit } from '../crypto/commit.ts';
import { DataKeys } from '../crypto/data-keys.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import type { RecoveryWraps } from '../crypto/recovery.ts';
import { sealInline } from '../crypto/inline.ts';
import { editManifest, parseManifest } from '../manifest/index.ts';
import type { Blob, Manifest, ManifestEdit, Parameter, ParameterEdit } from '../manifest/model.ts';
import { chooseDataKey, verify, type Check } from './encrypt.ts';
import type { FileKey } from './file-key.ts';
import { Opener } from './opener.ts';

/** What of a manifest is to be different. */
export interface Move {
  settings?: ManifestEdit['settings'];
  regions?: ManifestEdit['regions'];
  /** New names of parameters, by the old ones. */
  names?: ReadonlyMap<string, string>;
}

/** A manifest's new text. */
export interface Moved {
  text: string;
  /** Values that were opened and sealed again. */
  resealed: number;
  /** Blobs whose data keys KMS re-encrypted. */
  rewrapped: number;
}

/**
 * Changes settings or names, and seals again what is bound to them. For another destination, that
 * takes a new data key: re-encrypted, the old one would let those who may open the old
 * destination open what is sealed later. A blob's key seals nothing more, so KMS takes it over.
 */
export async function moveManifest(
  manifest: Manifest,
  { settings = {}, regions, names = new Map<string, string>() }: Move,
  fileKey: FileKey,
): Promise<Moved> {
  const renames = [...names].map(([old, name]) => [old, { name }] as const);
  const renamed = editManifest(manifest, { settings, regions, parameters: new Map(renames) });
  const next = parseManifest(renamed, manifest.file, manifest);
  const stays = isDeepStrictEqual(manifest.destination, next.destination);
  const pairs = manifest.parameters.map((from, index) => {
    const to = next.parameters[index];
    if (!to) throw new Error(`${manifest.file} would lose ${from.name}`);
    return { from, to };
  });
  const values = pairs.filter(({ from, to }) => isValueToMove(from, to, stays));
  const opener = new Opener(manifest, fileKey.kms);
  const dataKeys = stays ? opener.dataKeys : newDataKeys(next.destination, manifest, fileKey);
  const sealingKey = values.length > 0 ? await chooseDataKey(dataKeys, fileKey) : undefined;

  const edits = new Map<string, ParameterEdit>();
  const checks: Check[] = [];
  await pMap(
    values,
    async ({ from, to }) => {
      if (!sealingKey) return;
      const { id, dataKey } = sealingKey;
      const text = (await opener.open(from)).toString('utf8');
      const sealed = sealInline(text, id, dataKey, to);
      edits.set(to.name, { content: { kind: 'sealed', text: sealed } });
      checks.push({ name: to.name, dataKey, text });
    },
    { concurrency: 8 },
  );
  const blobs = pairs.flatMap(({ from, to }) =>
    from.content.kind === 'blob' ? [{ from, to, blob: from.content.blob }] : [],
  );
  const moved = await pMap(
    blobs,
    async ({ from, to, blob }) => {
      const taken = await rewrapBlob(
        blob,
        [manifest.destination, from],
        [next.destination, to],
        fileKey,
      );
      if (taken) edits.set(to.name, { content: { kind: 'blob', blob: taken } });
      return taken !== undefined;
    },
    { concurrency: 8 },
  );
  const keys = sealingKey || !stays ? { dataKeys: dataKeys.wrapped } : {};
  const text = editManifest(next, { ...keys, parameters: edits });
  verify(next, text, edits, checks);
  return { text, resealed: values.length, rewrapped: moved.filter(Boolean).length };
}

/** psyml bound its values to their names alone. */
function isValueToMove({ content, name }: Parameter, to: Parameter, stays: boolean): boolean {
  if (content.kind === 'sealed') return !stays || name !== to.name;
  return content.kind === 'psyml' && name !== to.name;
}

function newDataKeys(destination: Destination, { encryptedWith }: Manifest, { kms }: FileKey) {
  return new DataKeys(kms, { destination, encryptedWith, dataKeys: {} });
}

type Bound = readonly [Destination, Parameter];

/**
 * A blob for another name, type or destination; its body stays.
 * @returns undefined where none of these changes
 */
export async function rewrapBlob(
  blob: Blob,
  from: Bound,
  to: Bound,
  fileKey: FileKey,
): Promise<Blob | undefined> {
  const [was, is] = [blobContext(...from), blobContext(...to)];
  if (isDeepStrictEqual(was, is)) return undefined;
  await fileKey.requireTrust();
  const key = decodeBase64(blob.key) ?? Buffer.alloc(0);
  const { wrapped } = await fileKey.kms.reEncrypt(
    key,
    { context: was, keyId: fileKey.id },
    { context: is, keyId: fileKey.id },
  );
  return {
    ...blob,
    key: wrapped.toString('base64'),
    binding: bindingOf(is),
    recovery: await wrapAnew(blob, key, was, is, fileKey),
  };
}

/** Recovery's wraps hold the context, too, so that they take the key itself. */
async function wrapAnew(
  { commit }: Blob,
  key: Buffer,
  was: EncryptionContext,
  is: EncryptionContext,
  fileKey: FileKey,
): Promise<RecoveryWraps | undefined> {
  if (fileKey.recipients.length === 0) return undefined;
  const dataKey = await fileKey.kms.decrypt(key, was, fileKey.id);
  requireCommit(dataKey, commit, 'the data key of a blob');
  return fileKey.wrapForRecovery(dataKey, is);
}
