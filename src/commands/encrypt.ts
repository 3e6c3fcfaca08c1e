import { CofferError } from '../errors.ts';
import { replaceManifest } from '../seal/apply.ts';
import { encryptManifest, type Sealing } from '../seal/encrypt.ts';
import { FileKey, fileKeyRegion } from '../seal/file-key.ts';
import type { Manifest } from '../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { findParameter, readManifests, tellCreated } from './manifests.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const reports: object[] = [];
  const manifests = await readManifests(context, context.args);
  const reseal = resealNames(manifests, flags.list('reseal'));
  for (const manifest of manifests) {
    const choice = { ...context.fileKey, create: flags.isAllowed('createKey') };
    const kms = await context.aws.kms(fileKeyRegion(manifest, choice));
    const fileKey = new FileKey(kms, choice, manifest.encryptedWith);
    const sealing = await encryptManifest(manifest, fileKey, { reseal });
    const changed = await replaceManifest(manifest, sealing);
    tellCreated(terminal, fileKey, choice);
    for (const warning of sealing.warnings) terminal.warn(warning);
    terminal.note(summary(manifest, sealing, changed));
    reports.push({
      file: manifest.file,
      changed,
      encryptedWith: fileKey.id,
      sealed: sealing.sealed,
      warnings: sealing.warnings.map((warning) => warning.message),
    });
  }
  if (context.json) await terminal.write(`${JSON.stringify({ version: 1, manifests: reports })}\n`);
  return EXIT.ok;
}

function resealNames(manifests: readonly Manifest[], names: readonly string[]): Set<string> {
  const [manifest, ...more] = manifests;
  if (names.length > 0 && more.length > 0) {
    throw new CofferError('usage', '--reseal works on one manifest at a time');
  }
  return new Set(manifest ? names.map((name) => findParameter(manifest, name).name) : []);
}

function summary({ file }: Manifest, { sealed }: Sealing, changed: boolean): string {
  if (!changed) return `${file}: nothing to encrypt`;
  if (sealed.length === 0) return `${file}: no new secrets; types marked as processed`;
  const parts = [
    count(sealed.filter((item) => item.why === 'new').length, 'encrypted'),
    count(sealed.filter((item) => item.why === 'generated').length, 'generated'),
    count(sealed.filter((item) => item.why === 'changed').length, 'sealed again'),
  ];
  const blobs = sealed.filter((item) => item.form === 'blob').length;
  const note = blobs > 0 ? ` (${blobs} as ${blobs === 1 ? 'a blob' : 'blobs'} for S3)` : '';
  return `${file}: ${parts.filter(Boolean).join(', ')}${note}`;
}

function count(number: number, what: string): string {
  return number > 0 ? `${number} ${what}` : '';
}
