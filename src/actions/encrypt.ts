import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import type { Sealed } from '../seal/encrypt.ts';
import { changeManifests, findParameter } from './manifests.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface EncryptOptions extends WriteOptions {
  /** Names of parameters of one manifest to seal again, even if unchanged. */
  reseal?: readonly string[] | undefined;
}

/** Seals the plaintext secrets of manifests in place. Checks all before it writes the first. */
export function encrypt(
  tools: Tools,
  files: readonly string[],
  options: EncryptOptions = {},
): Promise<SealReport[]> {
  return changeManifests(tools, files, options, async (manifests) => {
    const reseal = resealNames(manifests, options.reseal ?? []);
    const reports: SealReport[] = [];
    for (const manifest of manifests) {
      const report = await sealInPlace(tools, manifest, { reseal }, options);
      if (report.changed || manifests.length === 1) {
        tools.host.note(`${manifest.file}: ${summarize(report)}`);
      }
      for (const line of sealedAgain(manifest, report)) tools.host.note(line);
      reports.push(report);
    }
    const quiet = reports.filter(({ changed }) => !changed);
    if (manifests.length > 1 && quiet.length > 0) {
      const which = quiet.length === 1 ? quiet[0]?.file : `${quiet.length} manifests`;
      tools.host.note(`${which}: nothing to encrypt`);
    }
    return reports;
  });
}

function resealNames(manifests: readonly Manifest[], names: readonly string[]): Set<string> {
  const [manifest, ...more] = manifests;
  if (names.length > 0 && more.length > 0) {
    throw new CofferError('usage', '--reseal works on one manifest at a time');
  }
  return new Set(manifest ? names.map((name) => findParameter(manifest, name).name) : []);
}

/** Names every file whose content replaced a value: nobody should miss one. */
function sealedAgain({ file, parameters }: Manifest, { sealed }: SealReport): string[] {
  const again = new Set(sealed.filter(({ why }) => why !== 'new').map(({ name }) => name));
  return parameters.flatMap(({ name, origin }) =>
    again.has(name) && origin && 'file' in origin
      ? [`${file}: ${name} encrypted again from ${origin.file}`]
      : [],
  );
}

const WORDS = {
  new: 'encrypted',
  generated: 'generated',
  changed: 'encrypted again',
  moved: 'moved',
} satisfies Record<Sealed['why'], string>;

function summarize({ sealed, changed }: SealReport): string {
  if (!changed) return 'nothing to encrypt';
  if (sealed.length === 0) return 'no new secrets; types changed to lower case';
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
