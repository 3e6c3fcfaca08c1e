import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import { rewrap, type KmsService } from '../aws/kms.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { requireCommit } from '../crypto/commit.ts';
import { bindingOf, blobContext, dataKeyContext, type Destination } from '../crypto/contexts.ts';
import { DataKeys, type WrappedDataKey } from '../crypto/data-keys.ts';
import { sealInline } from '../crypto/inline.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import { recoveryDigest } from '../crypto/recovery.ts';
import { editManifest } from '../manifest/index.ts';
import type { Blob, Manifest, Parameter, ParameterEdit } from '../manifest/model.ts';
import { sealBlob, stageTogether, type StagedBlob } from './blob.ts';
import { openBlobBody, openedChunks } from './blob-body.ts';
import { chooseDataKey, verify, type Check } from './encrypt.ts';
import type { FileKey } from './file-key.ts';
import { Opener } from './opener.ts';
import { isComplete } from './recovery.ts';

/** A manifest's text under another file key. */
export interface Refreshed {
  text: string;
  /** What `text` says. */
  read: Manifest;
  /** How many data keys KMS re-encrypted, and how many values were sealed again. */
  rewrapped: number;
  resealed: number;
  blobs: StagedBlob[];
}

export interface RefreshOptions {
  /** Seals every value under one new data key, and every blob under its own new one. */
  newDataKeys?: boolean | undefined;
  /** Another recovery list; `target` wraps for it. */
  recovery?: readonly string[] | undefined;
  /** Opens what is sealed again. Default: with the manifest's file key alone. */
  opener?: Opener | undefined;
}

/**
 * Re-encrypts a manifest under `target`, which must be settled: KMS re-encrypts the wrapped keys,
 * values and blobs stay; psyml's values change to coffer's format. Everyone in the recovery list
 * has every data key afterwards.
 * @param source KMS in the region of the manifest's current key
 */
export async function refreshManifest(
  manifest: Manifest,
  source: KmsService,
  target: FileKey,
  { newDataKeys = false, recovery, opener = new Opener(manifest, source) }: RefreshOptions = {},
): Promise<Refreshed> {
  const { encryptedWith } = manifest;
  const list = recovery ?? manifest.recovery;
  const destination = { ...manifest.destination, recovery: recoveryDigest(list) };
  const next = { ...manifest, recovery: list, destination };
  const carry = carrier(encryptedWith, source, target);
  const carried = newDataKeys ? [] : await carryDataKeys(manifest, destination, opener, carry);
  const dataKeys = new DataKeys(target.kms, {
    destination,
    encryptedWith: target.id,
    dataKeys: Object.fromEntries(carried),
  });
  const values = manifest.parameters.filter(
    ({ content: { kind } }) => kind === 'psyml' || (newDataKeys && kind === 'sealed'),
  );
  const sealingKey = values.length > 0 ? await chooseDataKey(dataKeys, target) : undefined;

  let rewrapped = carried.filter(([id, { key }]) => manifest.dataKeys[id]?.key !== key).length;
  const edits = new Map<string, ParameterEdit>();
  const checks: Check[] = [];
  const resealValue = async (parameter: Parameter) => {
    if (!sealingKey) return;
    const { id, dataKey } = sealingKey;
    const text = (await opener.open(parameter)).toString('utf8');
    const ciphertext = sealInline(text, id, dataKey, parameter);
    edits.set(parameter.name, { content: { kind: 'sealed', text: ciphertext } });
    checks.push({ name: parameter.name, dataKey, text });
  };
  const blobs = manifest.parameters.flatMap((parameter) =>
    parameter.content.kind === 'blob' ? [{ parameter, blob: parameter.content.blob }] : [],
  );
  return stageTogether(async (stage) => {
    await pMap(values, resealValue, { concurrency: 8 });
    await pMap(
      blobs,
      async ({ parameter, blob }) => {
        const renewed = newDataKeys
          ? (await stage(resealBlob(next, parameter, blob, opener, target))).blob
          : await carryBlob([manifest.destination, destination], parameter, blob, opener, carry);
        if (renewed.key !== blob.key) rewrapped += 1;
        edits.set(parameter.name, { content: { kind: 'blob', blob: renewed } });
      },
      { concurrency: newDataKeys ? 4 : 8 },
    );
    const text = editManifest(manifest, {
      ...(recovery && { recovery }),
      encryptedWith: target.id,
      dataKeys: dataKeys.wrapped,
      parameters: edits,
    });
    const read = verify(manifest, text, edits, checks);
    return {
      text,
      read,
      rewrapped: newDataKeys ? 0 : rewrapped,
      resealed: values.length + (newDataKeys ? blobs.length : 0),
    };
  });
}

/** How a data key is wrapped, and what proves that it is the right one. */
type Wrapping = Pick<WrappedDataKey, 'key' | 'binding' | 'commit' | 'recovery'>;

/** One data key, from its context to another. */
interface Carried {
  subject: string;
  was: EncryptionContext;
  is: EncryptionContext;
  open: () => Promise<Buffer>;
}

/** Re-encrypts one wrapped key under the target, and wraps it for those who lack it. */
type Carry = <Entry extends Wrapping>(entry: Entry, carried: Carried) => Promise<Entry>;

function carrier(from: string | undefined, source: KmsService, target: FileKey): Carry {
  return async (entry, { subject, was, is, open }) => {
    const stays = isDeepStrictEqual(was, is);
    const recovery =
      stays && isComplete(entry.recovery, target.recipients)
        ? entry.recovery
        : await target.wrapForRecovery(await open(), is);
    if (stays && from === target.id) return { ...entry, recovery };
    const { wrapped } = await rewrap(
      decodeBase64(entry.key) ?? Buffer.alloc(0),
      { kms: source, keyId: from, context: was },
      { kms: target.kms, keyId: target.id, context: is },
      (opened) => requireCommit(opened, entry.commit, subject),
    );
    const binding = stays ? entry.binding : bindingOf(is);
    return { ...entry, key: wrapped.toString('base64'), binding, recovery };
  };
}

/** What limits who seals under a key stays with it. */
function carryDataKeys(
  manifest: Manifest,
  destination: Destination,
  { dataKeys }: Opener,
  carry: Carry,
): Promise<(readonly [id: string, wrapped: WrappedDataKey])[]> {
  return pMap(
    Object.entries(manifest.dataKeys),
    async ([id, dataKey]) => {
      const carried = {
        subject: `the data key ${id}`,
        was: dataKeyContext(manifest.destination, dataKey.author),
        is: dataKeyContext(destination, dataKey.author),
        open: () => dataKeys.open(id),
      };
      return [id, await carry(dataKey, carried)] as const;
    },
    { concurrency: 8 },
  );
}

function carryBlob(
  [from, to]: readonly [Destination, Destination],
  parameter: Parameter,
  blob: Blob,
  opener: Opener,
  carry: Carry,
): Promise<Blob> {
  return carry(blob, {
    subject: `the data key of ${parameter.name}`,
    was: blobContext(from, parameter),
    is: blobContext(to, parameter),
    open: () => opener.openBlobKey(parameter, blob),
  });
}

async function resealBlob(
  manifest: Manifest,
  parameter: Parameter,
  blob: Blob,
  opener: Opener,
  target: FileKey,
): Promise<StagedBlob> {
  const oldKey = await opener.openBlobKey(parameter, blob);
  const body = await openBlobBody(manifest, parameter, blob);
  try {
    return await sealBlob({ manifest, parameter }, openedChunks(body, blob, oldKey), target);
  } finally {
    await body.close();
  }
}
