import pMap from 'p-map';
import { rewrap, type KmsService } from '../aws/kms.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { requireCommit } from '../crypto/commit.ts';
import { blobContext, dataKeyContext } from '../crypto/contexts.ts';
import { DataKeys, type WrappedDataKey } from '../crypto/data-keys.ts';
import { sealInline } from '../crypto/inline.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import { editManifest } from '../manifest/index.ts';
import type { Blob, Manifest, Parameter, ParameterEdit } from '../manifest/model.ts';
import { sealBlob, stageTogether, type StagedBlob } from './blob.ts';
import { openBlobBody, openedChunks } from './blob-body.ts';
import { chooseDataKey, verify, type Check } from './encrypt.ts';
import type { FileKey } from './file-key.ts';
import { Opener } from './opener.ts';

/** A manifest's text under another file key. */
export interface Refreshed {
  text: string;
  /** How many data keys KMS re-encrypted, and how many values were sealed again. */
  rewrapped: number;
  resealed: number;
  blobs: StagedBlob[];
}

export interface RefreshOptions {
  /** Seals every value under one new data key, and every blob under its own new one. */
  newDataKeys?: boolean | undefined;
}

/**
 * Re-encrypts a manifest under `target`, which must be settled: KMS re-encrypts the wrapped keys,
 * values and blobs stay; psyml's values change to coffer's format.
 * @param source KMS in the region of the manifest's current key
 */
export async function refreshManifest(
  manifest: Manifest,
  source: KmsService,
  target: FileKey,
  { newDataKeys = false }: RefreshOptions = {},
): Promise<Refreshed> {
  const { destination, encryptedWith } = manifest;
  const carry = carrier(encryptedWith, source, target);
  const carried = newDataKeys ? [] : await carryDataKeys(manifest, carry);
  const dataKeys = new DataKeys(target.kms, {
    destination,
    encryptedWith: target.id,
    dataKeys: Object.fromEntries(carried),
  });
  const opener = new Opener(manifest, source);
  const values = manifest.parameters.filter(
    ({ content: { kind } }) => kind === 'psyml' || (newDataKeys && kind === 'sealed'),
  );
  const sealingKey = values.length > 0 ? await chooseDataKey(dataKeys, target) : undefined;

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
          ? (await stage(resealBlob(manifest, parameter, blob, opener, target))).blob
          : { ...blob, key: await carryBlobKey(manifest, parameter, blob, carry) };
        edits.set(parameter.name, { content: { kind: 'blob', blob: renewed } });
      },
      { concurrency: newDataKeys ? 4 : 8 },
    );
    const text = editManifest(manifest, {
      encryptedWith: target.id,
      dataKeys: dataKeys.wrapped,
      parameters: edits,
    });
    verify(manifest, text, edits, checks);
    return {
      text,
      rewrapped: newDataKeys || encryptedWith === target.id ? 0 : carried.length + blobs.length,
      resealed: values.length + (newDataKeys ? blobs.length : 0),
    };
  });
}

/** Re-encrypts one wrapped key under the target. */
type Carry = (
  wrapped: string,
  context: EncryptionContext,
  check: (dataKey: Buffer) => void,
) => Promise<string>;

function carrier(from: string | undefined, source: KmsService, target: FileKey): Carry {
  return async (wrapped, context, check) => {
    if (from === target.id) return wrapped;
    const key = await rewrap(
      decodeBase64(wrapped) ?? Buffer.alloc(0),
      { kms: source, keyId: from, context },
      { kms: target.kms, keyId: target.id, context },
      check,
    );
    return key.wrapped.toString('base64');
  };
}

/** What limits who seals under a key stays with it. */
function carryDataKeys(
  { destination, dataKeys }: Manifest,
  carry: Carry,
): Promise<(readonly [id: string, wrapped: WrappedDataKey])[]> {
  return pMap(
    Object.entries(dataKeys),
    async ([id, dataKey]) => {
      const { key, commit, author } = dataKey;
      const context = dataKeyContext(destination, author);
      const check = (opened: Buffer) => requireCommit(opened, commit, `the data key ${id}`);
      return [id, { ...dataKey, key: await carry(key, context, check) }] as const;
    },
    { concurrency: 8 },
  );
}

function carryBlobKey(
  { destination }: Manifest,
  parameter: Parameter,
  { key, commit }: Blob,
  carry: Carry,
): Promise<string> {
  const check = (opened: Buffer) =>
    requireCommit(opened, commit, `the data key of ${parameter.name}`);
  return carry(key, blobContext(destination, parameter), check);
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
