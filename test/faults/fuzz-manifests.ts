import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { CofferError } from '../../src/errors.ts';
import { maskManifest } from '../../src/manifest/masked.ts';
import { mergeManifests } from '../../src/manifest/merge/manifest.ts';
import { decodeManifest, parseManifest, type Manifest } from '../../src/manifest/index.ts';
import { checkManifests } from '../../src/repo/check/check.ts';
import { encryptManifest } from '../../src/seal/encrypt.ts';
import { FileKey } from '../../src/seal/file-key.ts';
import type { TestAws } from '../support/aws.ts';
import { NASTY } from '../support/nasty.ts';
import { NOWHERE, ON_A_DAY, sealedBlob, sealedManifest } from '../support/repository.ts';
import { plain, secret } from '../support/scene.ts';
import { kmsOf } from '../support/services.ts';
import type { KmsService } from '../../src/aws/kms.ts';
import { randomManifest } from '../unit/manifest/random-manifest.ts';
import type { Figures } from './figures.ts';
import { mutateText } from './mutations.ts';
import { Random } from './random.ts';
import { startWatchdog } from './watchdog.ts';

const FILE = 'app.yml';

/** One text that coffer did not answer as it should. */
export interface FuzzViolation {
  index: number;
  what: string;
  text: string;
}

/** Each text gets a model or an error with its place; what gets a model can be worked with. */
export async function fuzzManifests(
  aws: TestAws,
  { count, seed }: { count: number; seed: number },
  figures: Figures,
): Promise<FuzzViolation[]> {
  const random = new Random(seed);
  const bases = basesFor(aws, seed);
  const folder = await mkdtemp(join(tmpdir(), 'coffer-faults-'));
  const kms = kmsOf(aws);
  const watchdog = startWatchdog(`the manifest of seed ${seed} with the number`);
  const violations: FuzzViolation[] = [];
  try {
    for (let index = 0; index < count; index++) {
      watchdog.at(index);
      const bytes = mutateText(random.pick(bases), random, bases);
      const text = bytes.toString('utf8');
      const subject = { bytes, base: random.pick(bases), other: random.pick(bases) };
      const what = await tryOut(subject, { kms, alias: aws.kmskey, folder }, figures);
      if (what) violations.push({ index, what, text });
    }
  } finally {
    watchdog.stop();
    await rm(folder, { recursive: true });
  }
  figures.add('mutated manifests', count);
  return violations;
}

function basesFor({ kmskey, bucket }: TestAws, seed: number): string[] {
  const head = `path: /app/\nregion: us-east-1\nkmskey: ${kmskey}\nbucket: ${bucket}\nparameters:\n`;
  const lines = Object.values(NASTY).map((value, i) => secret(`s${i}`, value.slice(0, 200)));
  const typical = `${head}${plain('a', '1.10')}  # about b
  - name: b
    type: SecureString
    value: |
      some lines
      of text
    tags: {x: y}
  - {name: c, type: StringList, value: [a, b]}
  - {name: d, type: SecureString, generate: {length: 20, charset: alnum}}
  - {name: e, type: SecureString, file: e.bin, store: s3, extension: .bin}
`;
  const sealed = sealedManifest(`${plain('p', 'x')}${sealedBlob('b', 'sealed bytes of a blob')}`);
  const random = fc.sample(randomManifest, { seed, numRuns: 20 }).map(({ text }) => text);
  return [
    head + lines.slice(0, 8).join(''),
    head + lines.slice(8, 16).join(''),
    typical,
    sealed,
    ...random,
  ];
}

interface Subject {
  bytes: Buffer;
  base: string;
  other: string;
}

/** Where manifests are, and what seals them. */
interface Surroundings {
  folder: string;
  kms: KmsService;
  alias: string;
}

async function tryOut(
  { bytes, base, other }: Subject,
  { folder, kms, alias }: Surroundings,
  figures: Figures,
): Promise<string | undefined> {
  let manifest: Manifest | undefined;
  const text = bytes.toString('utf8');
  const faults = [
    await doing('parse', () => {
      manifest = parseManifest(decodeManifest(bytes, FILE), join(folder, FILE));
    }),
    await doing('check', () =>
      checkManifests(
        { ...NOWHERE, sources: [{ file: FILE, path: join(folder, FILE), bytes }] },
        ON_A_DAY,
      ),
    ),
    await doing('mask', () => maskManifest(text)),
    await doing('merge', () =>
      mergeManifests({ base, ours: text, theirs: other }, { markerSize: 7 }),
    ),
  ];
  const model = manifest;
  if (model) {
    figures.add('of which could be read', 1);
    faults.push(
      await doing('encrypt', () => encryptAnew(model, new FileKey(kms, { alias, create: false }))),
    );
  }
  return faults.find((fault) => fault !== undefined);
}

/** Up to the point where it would be written. */
async function encryptAnew(manifest: Manifest, fileKey: FileKey): Promise<void> {
  const { blobs } = await encryptManifest(manifest, fileKey, { today: '2026-11-27' });
  for (const blob of blobs) blob.discard();
}

/** What is wrong about how `work` ends; errors of coffer's are fine, those of reading with a place. */
async function doing(what: string, work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof CofferError) {
      const isPlaced = error.place !== undefined || error.problems.some(({ place }) => place);
      return what === 'parse' && !isPlaced ? 'parse: an error without a place' : undefined;
    }
    return `${what}: ${error instanceof Error ? error.stack : String(error)}`;
  }
}
