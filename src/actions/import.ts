import { DataKeys } from '../crypto/data-keys.ts';
import { CofferError } from '../errors.ts';
import { isThere } from '../files/private-file.ts';
import { shellFile } from '../files/shell-words.ts';
import { countOf } from '../formats/count.ts';
import type { Host } from '../host.ts';
import {
  editManifest,
  parseManifest,
  renderManifest,
  writeManifest,
  type Manifest,
} from '../manifest/index.ts';
import { replaceManifest } from '../seal/apply.ts';
import { findParameters, type Found } from './import/found.ts';
import { isSecret, sealFound, type Sealed, type Target } from './import/sealed.ts';
import { settingsOf, underOtherKeys } from './import/settings.ts';
import {
  changeManifest,
  currentFileKey,
  fileKeyFor,
  lockManifests,
  tellCreated,
} from './manifests.ts';
import { nothingIn } from './places.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface ImportOptions extends WriteOptions {
  /** Whether objects may be in buckets of other accounts, or under their keys. */
  allowForeign?: boolean | undefined;
}

/** The manifest to import into. */
export type ImportTarget =
  /** An existing manifest, which gets what it lacks. */
  { merge: string } | NewManifest;

export interface NewManifest {
  /** Its path; its blobs go beside it. */
  file: string;
  /** Its kmskey, instead of the key that most values use. */
  kmskey?: string | undefined;
  /** Writes its text; by default to `file`, which must not exist. */
  write?: ((text: string) => Promise<void>) | undefined;
}

export interface ImportReport {
  /** Full names of the imported parameters. */
  imported: string[];
  /** Those of `imported` that use another key than kmskey. */
  otherKeys: string[];
  /** Names without a leading slash, which a manifest cannot contain. */
  leftOut: string[];
}

/**
 * Writes an encrypted manifest of what SSM holds under a path, or adds what a manifest lacks.
 * @param path such as `/app/`; the last slash is optional
 * @throws CofferError `not-found` if there is nothing to import into a new manifest
 */
export async function importPath(
  tools: Tools,
  path: string,
  target: ImportTarget,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const prefix = completePath(path);
  return 'merge' in target
    ? changeManifest(tools, target.merge, options, (manifest) =>
        importInto(tools, prefix, manifest, options),
      )
    : lockManifests(tools, [target.file], options, () => importNew(tools, prefix, target, options));
}

function completePath(path: string): string {
  // An empty path, for example from an empty variable, would match everything.
  if (!path.startsWith('/')) {
    throw new CofferError('usage', `"${path}" is not a path in SSM`, { hint: 'for example /app/' });
  }
  return path.endsWith('/') ? path : `${path}/`;
}

async function importNew(
  tools: Tools,
  path: string,
  { file, write, ...wanted }: NewManifest,
  options: ImportOptions,
): Promise<ImportReport> {
  const { host, homeRegion: region } = tools;
  if (!write) await refuseExisting(file);
  if (!region) {
    // Fails if the profile that may name the region does not exist.
    await tools.stores.parameters(region);
    throw new CofferError('usage', 'coffer import needs --region, which goes into the manifest');
  }
  const { found, leftOut } = await findParameters(tools, { path, region, known: new Set() });
  if (found.length === 0) {
    tellLeftOut(host, leftOut);
    throw new CofferError('not-found', nothingIn({ path, region }));
  }
  const { tags, bucket, ...common } = settingsOf(found);
  const kmskey = wanted.kmskey ?? common.kmskey;
  const isSealed = found.some(isSecret);
  if (isSealed && kmskey === undefined) {
    throw new CofferError('usage', 'cannot tell which KMS key the objects use', {
      hint: 'name the key that readers may use with --kmskey',
    });
  }
  const { allowForeign = false } = options;
  const fileKey = await currentFileKey(tools, region, options);
  const destination = { path, region: region.toLowerCase(), kmskey };
  const dataKeys = new DataKeys(fileKey.kms, { destination, dataKeys: {} });
  const target = { file, destination, region, tags, dataKeys, fileKey, allowForeign };
  await withSealed(tools, found, target, async ({ parameters, blobs }) => {
    const sealing = isSealed && { encryptedWith: fileKey.id, dataKeys: dataKeys.wrapped };
    const text = renderManifest({ path, region, kmskey, bucket, tags, ...sealing }, parameters);
    parseManifest(text, file);
    for (const blob of blobs) blob.commit();
    const settle = () => blobs.forEach((blob) => blob.settle());
    if (write) {
      await write(text);
      settle();
    } else await writeManifest({ file, text: '' }, text, { isPrivate: true, afterwards: settle });
    if (write && blobs.some(({ blob }) => 'path' in blob.body)) {
      host.note(
        `blobs are in ${file.replace(/\.yml$/, '')}.blobs/: keep that folder beside the manifest`,
      );
    }
  });
  return tell(host, { found, leftOut }, { file: write ? undefined : file, kmskey });
}

/** Adds what is missing to an existing manifest. */
async function importInto(
  tools: Tools,
  path: string,
  manifest: Manifest,
  options: ImportOptions,
): Promise<ImportReport> {
  const { file, region, kmskey, bucket, tags, maxAge } = manifest;
  if (manifest.store !== 'ssm') {
    throw new CofferError('usage', `${file} sends its values to Secrets Manager, not to SSM`, {
      hint: 'add --store secretsmanager to import what Secrets Manager holds',
    });
  }
  if (manifest.path !== path) {
    throw new CofferError('usage', `the path of ${file} is ${manifest.path}, not ${path}`);
  }
  const known = new Set(manifest.parameters.map(({ fullName }) => fullName));
  const { found, leftOut } = await findParameters(tools, { path, region, known });
  const named = settingsOf(found).bucket;
  if (named !== undefined && !bucket) {
    throw new CofferError('manifest', `${file} has no bucket for values in S3`, {
      hint: `add "bucket: ${named}" at its top`,
    });
  }
  const { allowForeign = false } = options;
  const fileKey = await fileKeyFor(tools, manifest, options);
  const dataKeys = new DataKeys(fileKey.kms, manifest);
  const target = {
    file,
    destination: manifest.destination,
    region,
    tags,
    maxAge,
    dataKeys,
    fileKey,
    allowForeign,
  };
  await withSealed(tools, found, target, async ({ parameters, blobs }) => {
    const sealing = found.some(isSecret) && {
      encryptedWith: fileKey.id,
      dataKeys: dataKeys.wrapped,
    };
    const text = editManifest(manifest, { add: parameters, ...sealing });
    const read = parseManifest(text, file, manifest);
    await replaceManifest(manifest, { text, read, blobs });
  });
  const onlyKey = kmskey ?? settingsOf(found).kmskey;
  return tell(tools.host, { found, leftOut }, { file, kmskey: onlyKey });
}

/** Leaves no blob files behind if the manifest cannot be written. */
async function withSealed(
  tools: Tools,
  found: readonly Found[],
  target: Target,
  write: (sealed: Sealed) => Promise<void>,
): Promise<void> {
  const sealed = await sealFound(tools, found, target).finally(() =>
    tellCreated(tools.host, target.fileKey),
  );
  try {
    await write(sealed);
  } finally {
    for (const blob of sealed.blobs) blob.discard();
  }
}

/** Checked before anything is read. */
async function refuseExisting(file: string): Promise<void> {
  if (await isThere(file)) {
    throw new CofferError('usage', `${file} already exists`, {
      hint: `use --merge ${shellFile(file)} to add what is missing`,
    });
  }
}

function tell(
  host: Host,
  { found, leftOut }: { found: readonly Found[]; leftOut: string[] },
  { file, kmskey }: { file: string | undefined; kmskey: string | undefined },
): ImportReport {
  const otherKeys = underOtherKeys(found, kmskey);
  const into = file === undefined ? '' : ` into ${file}`;
  host.note(`${countOf(found.length, 'parameter')} imported${into}`);
  tellLeftOut(host, leftOut);
  if (otherKeys.length > 0) {
    host.warn({
      message: `encrypted with another key than ${kmskey}: ${otherKeys.join(', ')}`,
      hint: 'a manifest has one kmskey; coffer sync would encrypt these with it',
    });
  }
  return { imported: found.map(({ name }) => name), otherKeys, leftOut };
}

function tellLeftOut(host: Host, leftOut: readonly string[]): void {
  if (leftOut.length === 0) return;
  host.note(
    `left out, because a manifest cannot name them: ${leftOut.join(', ')} (no leading slash)`,
  );
}
