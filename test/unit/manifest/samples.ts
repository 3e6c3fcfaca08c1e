import type { WrappedDataKey } from '../../../src/crypto/data-keys.ts';
import type { Blob, Manifest, Parameter, Policy } from '../../../src/manifest/model.ts';
import { parseManifest } from '../../../src/manifest/parse.ts';

export const KEY_ID = '3f9c21ab';
export const SEALED = `ENC[v1,${KEY_ID},0a1b2c3d,${Buffer.alloc(60, 7).toString('base64')}]`;
export const SEALED_AGAIN = `ENC[v1,${KEY_ID},0a1b2c3d,${Buffer.alloc(92, 8).toString('base64')}]`;
export const PSYML = Buffer.alloc(90, 1).toString('base64');
export const WRAPPED = Buffer.alloc(60, 9).toString('base64');
export const BINDING = '1f0c9a2e';
export const COMMIT = Buffer.alloc(32, 6).toString('base64');

/** A data key that opens nowhere. */
export function dataKey(key = WRAPPED): WrappedDataKey {
  return { key, binding: BINDING, commit: COMMIT };
}

/** The same in braces, behind its id. */
export function dataKeyInBraces(key = WRAPPED): string {
  return `{key: ${key}, binding: ${BINDING}, commit: ${COMMIT}}`;
}

/** The same in lines of its own, as editManifest writes them. */
export function dataKeyLines(id: string, key = WRAPPED): string {
  return `  ${id}:\n    key: ${key}\n    binding: ${BINDING}\n    commit: ${COMMIT}\n`;
}

export function blob(body: Blob['body'] = { path: 'x.blobs/a.enc' }): Blob {
  return {
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    size: 1048592,
    key: Buffer.alloc(45, 1).toString('base64'),
    binding: BINDING,
    commit: COMMIT,
    messageId: Buffer.alloc(28, 2).toString('base64'),
    commitment: Buffer.alloc(28, 3).toString('base64'),
    recovery: undefined,
    body,
  };
}

/** The blob's lines, as editManifest writes them below `blob:`. */
export function blobLines(indent: string, value: Blob = blob()): string {
  const { sha256, size, key, binding, commit, messageId, commitment, body } = value;
  const lines = [
    `sha256: ${sha256}`,
    `size: ${size}`,
    `key: ${key}`,
    `binding: ${binding}`,
    `commit: ${commit}`,
    `message_id: ${messageId}`,
    `commitment: ${commitment}`,
    ...('path' in body
      ? [`path: ${body.path}`]
      : ['data: |', ...(body.data.match(/.{1,76}/g) ?? []).map((line) => `  ${line}`)]),
  ];
  return lines.map((line) => `${indent}${line}\n`).join('');
}

export const HEAD = 'path: /a/\nregion: us-east-1\nkmskey: alias/a\n';

/** A manifest with `lines` as its only parameter, whose first key is `name: p`. */
export function withParameter(lines: string, head = HEAD): string {
  return `${head}parameters:\n  - name: p\n${lines.replaceAll(/^(?=.)/gm, '    ')}\n`;
}

export function parse(text: string): Manifest {
  return parseManifest(text, 'm.yml');
}

/** A manifest's meaning: everything except its text and positions. */
export function meaning({ parameters, ...top }: Manifest) {
  const { path, region, kmskey, bucket, account, tags, encryptedWith, dataKeys } = top;
  return {
    top: { path, region, kmskey, bucket, account, tags, encryptedWith, dataKeys },
    parameters: parameters.map((parameter) => withoutPlace(parameter)),
  };
}

function withoutPlace(parameter: Parameter): Omit<Parameter, 'place'> {
  const entries = Object.entries(parameter).filter(([key]) => key !== 'place');
  return Object.fromEntries(entries) as unknown as Omit<Parameter, 'place'>;
}

/** A parameter policy of SSM. */
export function expiration(Timestamp: string): Policy {
  return { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp } };
}

/** Another one. */
export function noChange(After: string, Unit = 'Days'): Policy {
  return { Type: 'NoChangeNotification', Version: '1.0', Attributes: { After, Unit } };
}
