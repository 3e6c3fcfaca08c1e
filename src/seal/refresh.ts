import pMap from 'p-map';
import { rewrap, type KmsService } from '../aws/kms.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { dataKeyContext, DataKeys } from '../crypto/data-keys.ts';
import { sealInline } from '../crypto/inline.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import { editManifest } from '../manifest/index.ts';
import type { Manifest, Parameter, ParameterEdit } from '../manifest/model.ts';
import { blobContext, sealBlob, type StagedBlob } from './blob.ts';
import { openBlobBody, openedChunks } from './blob-body.ts';
import { chooseDataKey, verify, type Check } from './encrypt.ts';
import { FileKey, type FileKeyChoice } from './file-key.ts';
import { asText } from './limits.ts';
import { Opener } from './opener.ts';

/** A manifest's text under another file key. */
export interface Refreshed {
  text: string;
  fileKey: string;
  /** How many wrapped keys KMS took over, and how many values were sealed anew. */
  rewrapped: number;
  resealed: number;
  blobs: StagedBlob[];
}

/**
 * Brings a manifest under `target`: KMS takes the wrapped keys over, values and blobs stay as they
 * are; psyml's values become coffer's.
 */
export async function refreshManifest(
  manifest: Manifest,
  source: KmsService,
  target: { kms: KmsService; arn: string; choice: FileKeyChoice },
): Promise<Refreshed> {
  const carry = (wrapped: string, context: EncryptionContext) =>
    manifest.encryptedWith === target.arn
      ? Promise.resolve(wrapped)
      : rewrap(
          decodeBase64(wrapped) ?? Buffer.alloc(0),
          { kms: source, keyId: manifest.encryptedWith, context },
          { kms: target.kms, keyId: target.arn, context },
        ).then((key) => key.wrapped.toString('base64'));

  const entries = Object.entries(manifest.dataKeys);
  const dataKeys = await pMap(
    entries,
    async ([id, wrapped]) => [id, await carry(wrapped, dataKeyContext(manifest.path))] as const,
    { concurrency: 8 },
  );
  const carried = new DataKeys(target.kms, {
    path: manifest.path,
    encryptedWith: target.arn,
    dataKeys: Object.fromEntries(dataKeys),
  });

  const edits = new Map<string, ParameterEdit>();
  const checks: Check[] = [];
  const blobs = manifest.parameters.filter(({ content }) => content.kind === 'blob');
  await pMap(
    blobs,
    async ({ name, fullName, content }) => {
      if (content.kind !== 'blob') return;
      const key = await carry(content.blob.key, blobContext(fullName));
      edits.set(name, { content: { kind: 'blob', blob: { ...content.blob, key } } });
    },
    { concurrency: 8 },
  );

  const foreign = manifest.parameters.filter(({ content }) => content.kind === 'psyml');
  if (foreign.length > 0) {
    const opener = new Opener(manifest, source);
    const fileKey = new FileKey(target.kms, target.choice, target.arn);
    const { id, dataKey } = await chooseDataKey(carried, fileKey);
    await pMap(
      foreign,
      async (parameter) => {
        const text = (await opener.open(parameter)).toString('utf8');
        edits.set(parameter.name, seal(parameter, text, id, dataKey));
        checks.push({ name: parameter.name, dataKey, text });
      },
      { concurrency: 8 },
    );
  }
  const text = editManifest(manifest, {
    encryptedWith: target.arn,
    dataKeys: carried.wrapped,
    parameters: edits,
  });
  verify(manifest, text, edits, checks);
  return {
    text,
    fileKey: target.arn,
    rewrapped: manifest.encryptedWith === target.arn ? 0 : entries.length + blobs.length,
    resealed: foreign.length,
    blobs: [],
  };
}

/** Seals every value under one new data key, and every blob under one of its own. */
export async function resealManifest(
  manifest: Manifest,
  source: KmsService,
  target: { kms: KmsService; arn: string; choice: FileKeyChoice },
): Promise<Refreshed> {
  const opener = new Opener(manifest, source);
  const fileKey = new FileKey(target.kms, target.choice, target.arn);
  const fresh = new DataKeys(target.kms, { path: manifest.path, dataKeys: {} });
  const { id, dataKey } = await fresh.create((context) => fileKey.generate(context));

  const edits = new Map<string, ParameterEdit>();
  const checks: Check[] = [];
  const blobs: StagedBlob[] = [];
  try {
    await pMap(
      manifest.parameters,
      async (parameter) => {
        const { content } = parameter;
        if (content.kind === 'blob') {
          const { blob } = content;
          const oldKey = await opener.openBlobKey(parameter, blob);
          const body = await openBlobBody(manifest, parameter, blob);
          try {
            const plaintext = openedChunks(body, blob, oldKey);
            const staged = await sealBlob({ manifest, parameter }, plaintext, fileKey);
            blobs.push(staged);
            edits.set(parameter.name, { content: { kind: 'blob', blob: staged.blob } });
          } finally {
            await body.close();
          }
        } else if (content.kind === 'sealed' || content.kind === 'psyml') {
          const text = asText(await opener.open(parameter)) ?? '';
          edits.set(parameter.name, seal(parameter, text, id, dataKey));
          checks.push({ name: parameter.name, dataKey, text });
        }
      },
      { concurrency: 4 },
    );
    const text = editManifest(manifest, {
      encryptedWith: fileKey.id,
      dataKeys: fresh.wrapped,
      parameters: edits,
    });
    verify(manifest, text, edits, checks);
    return { text, fileKey: fileKey.id, rewrapped: 0, resealed: edits.size, blobs };
  } catch (error) {
    for (const blob of blobs) blob.discard();
    throw error;
  }
}

function seal(parameter: Parameter, text: string, id: string, dataKey: Buffer): ParameterEdit {
  return { content: { kind: 'sealed', text: sealInline(text, id, dataKey, parameter) } };
}
