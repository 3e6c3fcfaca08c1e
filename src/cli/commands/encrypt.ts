import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { changeManifests, findParameter } from '../../actions/manifests.ts';
import { writeReports } from '../report.ts';
import { sealInPlace, type SealedManifest } from '../../actions/sealing.ts';

export function run(context: Context): Promise<ExitCode> {
  return changeManifests(context, context.args, (manifests) => encrypt(context, manifests));
}

async function encrypt(context: Context, manifests: readonly Manifest[]): Promise<ExitCode> {
  const reseal = resealNames(manifests, context.flags.list('reseal'));
  const reports: object[] = [];
  for (const manifest of manifests) {
    const done = await sealInPlace(context, manifest, { reseal });
    context.terminal.note(`${manifest.file}: ${summary(done)}`);
    reports.push(done.report);
  }
  await writeReports(context, reports);
  return EXIT.ok;
}

function resealNames(manifests: readonly Manifest[], names: readonly string[]): Set<string> {
  const [manifest, ...more] = manifests;
  if (names.length > 0 && more.length > 0) {
    throw new CofferError('usage', '--reseal works on one manifest at a time');
  }
  return new Set(manifest ? names.map((name) => findParameter(manifest, name).name) : []);
}

const WORDS = {
  new: 'encrypted',
  generated: 'generated',
  changed: 'sealed again',
  moved: 'moved',
} satisfies Record<SealedManifest['sealed'][number]['why'], string>;

function summary({ sealed, changed }: SealedManifest): string {
  if (!changed) return 'nothing to encrypt';
  if (sealed.length === 0) return 'no new secrets; types marked as processed';
  const parts = Object.entries(WORDS).map(([why, word]) =>
    count(sealed.filter((item) => item.why === why).length, word),
  );
  const blobs = sealed.filter((item) => item.form === 'blob').length;
  const note = blobs > 0 ? ` (${blobs} as ${blobs === 1 ? 'a blob' : 'blobs'} for S3)` : '';
  return `${parts.filter(Boolean).join(', ')}${note}`;
}

function count(number: number, what: string): string {
  return number > 0 ? `${number} ${what}` : '';
}
