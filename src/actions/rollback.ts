import { buffer } from 'node:stream/consumers';
import { decodeBase64 } from '../crypto/base64.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { propertyOf } from '../formats/properties.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { isSameBlob } from '../seal/file-source.ts';
import { inlineLimit } from '../seal/limits.ts';
import { openPublished } from '../seal/opener.ts';
import type { Streamed } from '../seal/work.ts';
import type { Version } from '../stores/model.ts';
import { isSecretType, type StoredValue } from '../stores/parameter.ts';
import type { FetchedObject } from '../stores/s3/fetch.ts';
import { manifestDemands } from './demands.ts';
import { fetchShown } from './fetching.ts';
import { changeManifest, findParameter, openerFor } from './manifests.ts';
import { findHeld } from './held-before.ts';
import { findVersion, readVersion, refuseRotated } from './rollback/versions.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface RollbackOptions extends WriteOptions {
  /** A number, a label or a VersionId. Default: the version before the current one. */
  version?: string | undefined;
}

export interface RollbackReport extends SealReport {
  /** The parameter's name in the manifest. */
  name: string;
  /** The version in AWS whose value the manifest has now. */
  from: Version;
}

/**
 * Seals the value that a parameter had in AWS into its manifest; AWS stays as it is. Nothing changes
 * if the manifest has that value already, as far as the caller may decrypt it.
 * @throws CofferError such as `not-found` for a version that AWS does not have
 */
export function rollback(
  tools: Tools,
  file: string,
  name: string,
  { version, ...options }: RollbackOptions = {},
): Promise<RollbackReport> {
  return changeManifest(tools, file, options, async (manifest) => {
    const parameter = findParameter(manifest, name);
    // What another account has under this name is not the parameter's value.
    await tools.aws.requireAccount();
    await refuseRotated(tools, manifest, parameter);
    const wanted = await findVersion(tools, manifest, parameter, version);
    const stored = await readVersion(tools, manifest, parameter, String(wanted.version));
    const value = await valueIn(tools, manifest, parameter, stored);
    try {
      const report = await sealValue(tools, manifest, parameter, value.bytes, options);
      tell(tools, manifest, parameter, { ...stored, user: wanted.user }, report.changed);
      return { ...report, name: parameter.name, from: stored.version };
    } finally {
      await value.close();
    }
  });
}

function sealValue(
  tools: Tools,
  manifest: Manifest,
  { name }: Parameter,
  value: Buffer | Streamed | undefined,
  options: WriteOptions,
): Promise<SealReport> {
  const only = new Set(value === undefined ? [] : [name]);
  const values = new Map(value === undefined ? [] : [[name, value]]);
  return sealInPlace(tools, manifest, { only, values, unlessSame: true }, options);
}

function tell(
  { host }: Tools,
  { file }: Manifest,
  { name, origin }: Parameter,
  {
    version,
    modified,
    user,
  }: Pick<StoredValue, 'version' | 'modified'> & { user?: string | undefined },
  changed: boolean,
): void {
  const when = modified ? ` ${modified.toISOString().slice(0, 16).replace('T', ' ')} UTC` : '';
  const who = user === undefined ? '' : ` by ${user.split('/').at(-1)}`;
  const written = when || who ? `, written${when}${who}` : '';
  if (!changed) {
    host.note(
      `${file}: ${name} has the value of version ${version} already${written}; nothing to do`,
    );
    return;
  }
  host.note(`${file}: ${name} has the value of version ${version} again${written}`);
  if (origin && 'file' in origin) {
    host.note(`${name} no longer comes from ${origin.file}; the file is unchanged`);
  }
  host.note(`to publish it: coffer sync ${shellFile(file)} --only ${name}`);
}

/** What a version holds, in memory or as a stream; without bytes, the manifest has its object. */
interface Held {
  bytes: Buffer | Streamed | undefined;
  close: () => Promise<void>;
}

async function valueIn(
  tools: Tools,
  manifest: Manifest,
  parameter: Parameter,
  stored: StoredValue,
): Promise<Held> {
  const pointer = pointerOf(stored);
  const { content } = parameter;
  if (pointer) {
    const isThere = content.kind === 'blob' && content.blob.sha256 === pointer.sha256;
    if (isThere) return held(undefined);
    const object = await fetchFor(tools, manifest, stored);
    try {
      if (await holds(tools, manifest, parameter, object)) return held(undefined, object.close);
      return await objectAt(manifest, parameter, object, stored);
    } catch (error) {
      await object.close();
      throw error;
    }
  }
  const whole = stored.bytes ?? Buffer.from(stored.value);
  const one =
    manifest.secret === undefined
      ? whole
      : Buffer.from(propertyOf(stored.value, parameter.name, stored.name));
  if (isSecretType(stored.type) && !(await wasReadable(manifest, parameter, stored, one))) {
    refuseReadable(parameter, stored);
  }
  tools.limit.take(parameter.fullName, one.length);
  if (await publishes(manifest, parameter, one)) return held(undefined);
  return held(asSource(parameter, one, stored));
}

/** Whether the file of a value that is not sealed holds it as it is. */
async function publishes(
  manifest: Manifest,
  parameter: Parameter,
  value: Buffer,
): Promise<boolean> {
  if (parameter.content.kind !== 'absent' || !('file' in (parameter.origin ?? {}))) return false;
  const now = await openPublished(manifest, parameter).catch(() => undefined);
  return now?.equals(value) ?? false;
}

function held(bytes: Held['bytes'], close: Held['close'] = () => Promise.resolve()): Held {
  return { bytes, close };
}

/** Whether the blob of the manifest is another ciphertext of the object's value. */
async function holds(
  tools: Tools,
  manifest: Manifest,
  parameter: Parameter,
  { size, unverified }: FetchedObject,
): Promise<boolean> {
  const { content } = parameter;
  if (content.kind !== 'blob') return false;
  const opener = await openerFor(tools, manifest);
  const source = { size, stream: unverified };
  return isSameBlob(manifest, parameter, content.blob, source, opener).catch((error: unknown) => {
    // Who may not decrypt writes it again; so does who repairs a lost blob.
    if (error instanceof CofferError && ['denied', 'source'].includes(error.code)) return false;
    throw error;
  });
}

function fetchFor(tools: Tools, manifest: Manifest, stored: StoredValue): Promise<FetchedObject> {
  const pointer = pointerOf(stored);
  if (!pointer) throw new Error(`${stored.name} is no pointer`);
  return fetchShown(tools, pointer, manifestDemands(manifest, stored), manifest.region);
}

/** A large value streams from its object into the new blob. */
async function objectAt(
  manifest: Manifest,
  parameter: Parameter,
  object: FetchedObject,
  stored: StoredValue,
): Promise<Held> {
  const { size, close } = object;
  if (size > inlineLimit(manifest, parameter)) {
    return held({ size, bytes: object.unverified }, close);
  }
  refuseReadable(parameter, stored);
  return held(await buffer(object.verified()), close);
}

/** What a file would hold for it. */
function asSource({ encoding, name }: Parameter, value: Buffer, { version }: StoredValue): Buffer {
  if (encoding !== 'base64') return value;
  const bytes = decodeBase64(value.toString());
  if (bytes) return bytes;
  throw new CofferError('source', `${name}: version ${version} is not base64`, {
    hint: 'the manifest says "encoding: base64": remove that line first',
  });
}

/** Whether git had this very text in the clear: Secrets Manager keeps all values as secrets. */
async function wasReadable(
  { store, file }: Manifest,
  { name, type }: Parameter,
  { name: secret, version }: StoredValue,
  value: Buffer,
): Promise<boolean> {
  if (store !== 'secretsmanager' || type === 'SecureString') return false;
  const held = (await findHeld(file, secret, String(version))) ?? [];
  const before = held.find((one) => one.name === name);
  return (
    before !== undefined &&
    before.type !== 'SecureString' &&
    value.equals(Buffer.from(before.ciphertext))
  );
}

/** What AWS kept as a secret must not become readable in git. */
function refuseReadable(
  { name, type, place }: Parameter,
  { version, type: kept }: StoredValue,
): void {
  if (type === 'SecureString') return;
  if (kept === 'Secret') {
    throw new CofferError(
      'plaintext',
      `${name}: Secrets Manager keeps all values as secrets, and no commit shows that version ${version} was a readable ${type}`,
      { place, hint: 'set the value by hand; or write "type: SecureString" if it is a secret' },
    );
  }
  throw new CofferError(
    'plaintext',
    `${name}: version ${version} is a secret, and the manifest says ${type}`,
    {
      place,
      hint: 'write "type: SecureString" if it is one; otherwise set the value by hand',
    },
  );
}
