import { tmpdir } from 'node:os';
import { DataKeys } from '../../crypto/data-keys.ts';
import { CofferError } from '../../errors.ts';
import {
  editManifest,
  parseManifest,
  renderManifest,
  writeManifest,
  type Manifest,
} from '../../manifest/index.ts';
import { importPath, type Imported, type ImportTarget } from '../../actions/import-path.ts';
import { PATIENT } from '../../plan/patience.ts';
import { countOf } from '../../formats/count.ts';
import { replaceManifest } from '../../seal/apply.ts';
import { FileKey, fileKeyRegion } from '../../seal/file-key.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { changeManifest, lockManifests, tellCreated } from '../../actions/manifests.ts';
import { isThere } from '../../files/private-file.ts';

export async function run(context: Context): Promise<ExitCode> {
  const [argument = ''] = context.args;
  // An empty one, such as from an empty variable, would be everything.
  if (!argument.startsWith('/')) {
    throw new CofferError('usage', `"${argument}" is not a path in SSM`, { hint: 'such as /app/' });
  }
  const path = argument.endsWith('/') ? argument : `${argument}/`;
  const merge = context.flags.string('merge');
  if (merge === undefined) {
    const file = context.flags.string('output') ?? fileFor(path);
    return lockManifests(context, [file], () => importNew(context, path, file));
  }
  for (const flag of ['output', 'kmskey']) {
    if (context.flags.string(flag) === undefined) continue;
    throw new CofferError('usage', `--${flag} is for a new manifest, and --merge has its own`);
  }
  return changeManifest(context, merge, (manifest) => importInto(context, path, manifest));
}

function fileFor(path: string): string {
  return `${path.split('/').at(-2) || 'root'}.yml`;
}

/** A manifest of its own, to stdout or a new file. */
async function importNew(context: Context, path: string, file: string): Promise<ExitCode> {
  const { terminal, flags, homeRegion: region } = context;
  const output = flags.string('output');
  if (output !== undefined) await refuseUnwritable(output);
  const kmsRegion = context.fileKey.region ?? region;
  if (!region || !kmsRegion) {
    throw new CofferError('usage', 'import needs --region, which goes into the manifest');
  }
  const choice = { ...context.fileKey, create: flags.isAllowed('createKey') };
  const fileKey = new FileKey(await context.aws.kms(kmsRegion), choice);
  const dataKeys = new DataKeys(fileKey.kms, { path, dataKeys: {} });
  const kmskey = flags.string('kmskey');
  const target = { path, file, region, known: new Set<string>(), dataKeys, kmskey };
  const found = await take(context, target, fileKey);
  if (found.parameters.length === 0) {
    tellLeftOut(context, found);
    throw new CofferError('not-found', `there is no parameter under ${path} in ${region}`);
  }
  tellCreated(terminal, fileKey, choice);
  await orDiscard(found, async () => {
    if (isSealed(found) && found.kmskey === undefined) {
      throw new CofferError('usage', 'the objects there do not say which key they are under', {
        hint: 'name the one that readers may use with --kmskey',
      });
    }
    const { tags, bucket } = found;
    const sealing = isSealed(found) && { encryptedWith: fileKey.id, dataKeys: dataKeys.wrapped };
    const settings = { path, region, kmskey: found.kmskey, bucket, tags, ...sealing };
    const text = renderManifest(settings, found.parameters);
    parseManifest(text, file);
    for (const blob of found.blobs) blob.commit();
    const settle = () => found.blobs.forEach((blob) => blob.settle());
    if (output === undefined) {
      await terminal.write(text);
      settle();
    } else await writeManifest({ file, text: '' }, text, { isPrivate: true, afterwards: settle });
  });
  if (output === undefined && found.blobs.some(({ blob }) => 'path' in blob.body)) {
    terminal.note(
      `blobs are in ${file.replace(/\.yml$/, '')}.blobs/: keep them beside the manifest`,
    );
  }
  tell(context, found);
  return EXIT.ok;
}

/** What is missing in a manifest that is there. */
async function importInto(context: Context, path: string, manifest: Manifest): Promise<ExitCode> {
  if (manifest.path !== path) {
    throw new CofferError('usage', `${manifest.file} is for ${manifest.path}, not for ${path}`);
  }
  const choice = { ...context.fileKey, create: context.flags.isAllowed('createKey') };
  const kms = await context.aws.kms(fileKeyRegion(manifest, choice));
  const fileKey = new FileKey(kms, choice, manifest.encryptedWith);
  const dataKeys = new DataKeys(kms, manifest);
  const { file } = manifest;
  const known = new Set(manifest.parameters.map(({ fullName }) => fullName));
  const found = await take(context, { ...manifest, known, dataKeys }, fileKey);
  tellCreated(context.terminal, fileKey, choice);
  await orDiscard(found, async () => {
    if (found.blobs.length > 0 && !manifest.bucket) {
      throw new CofferError('manifest', `${file} has no bucket for what is in S3`, {
        hint: `add "bucket: ${found.bucket}" to its top`,
      });
    }
    const sealing = isSealed(found) && { encryptedWith: fileKey.id, dataKeys: dataKeys.wrapped };
    const text = editManifest(manifest, { add: found.parameters, ...sealing });
    parseManifest(text, file);
    await replaceManifest(manifest, { text, blobs: found.blobs });
  });
  tell(context, found);
  return EXIT.ok;
}

function isSealed({ parameters }: Imported): boolean {
  return parameters.some(({ content }) => content?.kind !== 'plain');
}

/** No file of a blob stays behind when its manifest cannot be written. */
async function orDiscard({ blobs }: Imported, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    for (const blob of blobs) blob.discard();
  }
}

async function take(
  context: Context,
  place: ImportTarget & { region: string },
  fileKey: FileKey,
): Promise<Imported> {
  const { aws } = context;
  return importPath(place, {
    parameters: await aws.parameters(place.region),
    objects: () => aws.objects(place.region),
    kms: await aws.kms(place.region),
    fileKey,
    spoolFolder: tmpdir(),
    concurrency: aws.session.concurrency,
    patience: PATIENT,
  });
}

function tellLeftOut({ terminal }: Context, { leftOut }: Imported): void {
  if (leftOut.length === 0) return;
  terminal.note(`left out, as no manifest can name them: ${leftOut.join(', ')} (no leading slash)`);
}

function tell(context: Context, found: Imported): void {
  const { terminal } = context;
  const { parameters, otherKeys, kmskey } = found;
  terminal.note(`${countOf(parameters.length, 'parameter')} imported`);
  tellLeftOut(context, found);
  if (otherKeys.length > 0) {
    terminal.warn({
      message: `not under ${kmskey}: ${otherKeys.join(', ')}`,
      hint: 'coffer sync would bring them under it; a manifest has one kmskey',
    });
  }
}

/** Before anything is read, rather than after it was sealed. */
async function refuseUnwritable(file: string): Promise<void> {
  if (await isThere(file)) {
    throw new CofferError('usage', `${file} exists`, {
      hint: `--merge ${file} adds to it what is missing`,
    });
  }
}
