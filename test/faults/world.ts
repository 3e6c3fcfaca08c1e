import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/cli.ts';
import { REGION, type TestAws } from '../support/aws.ts';
import { NASTY } from '../support/nasty.ts';
import { storedIn, type Stored } from '../support/stored.ts';
import { secretsIn, type StoredSecrets } from '../support/secrets-manager.ts';
import { createTools } from '../support/tools.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { Ledger, type Known } from './ledger.ts';
import { Random } from './random.ts';

/** A repository, a home and an AWS of one schedule's own. */
export interface World {
  aws: TestAws;
  /** AWS as it is, past all trouble. */
  stored: Stored;
  secrets: StoredSecrets;
  tools: Tools;
  random: Random;
  /** In every secret, and in nothing else. */
  canary: string;
  /** Holds all the folders of this world. */
  root: string;
  work: string;
  home: string;
  tmp: string;
  /** For private files, in memory where the system has such a place. */
  memory: string;
  /** What people type or keep in plaintext, outside of the repository. */
  aside: string;
  /** Alias of the file key. */
  fileKeyAlias: string;
  /** What has happened so far. */
  ledger: Ledger;
  /** The prefix in SSM of each manifest, and others that this world owns. */
  prefixes: Map<string, string>;
  /** The manifests whose values go to Secrets Manager, each into a secret of its own. */
  inSecrets: Set<string>;
  /** What each parameter is, by full name. */
  kinds: Map<string, ParameterKind>;
  /** The file in the repository that a parameter reads, by full name. */
  origins: Map<string, string>;
  /** Files and folders in the repository that hold plaintext, and may. */
  sources: Set<string>;
  /** Whether a process was ended in a way that may have left the draft of a lock. */
  mayDraft: boolean;
  /** Whether a lock may have stayed, because a file could not be removed. */
  mayLock: boolean;
  /** Before several commands run at once, when nothing else is to change: what was there. */
  crowd: Ledger | undefined;
  /** A name that this world has not used yet. */
  fresh: (what: string) => string;
  close: () => Promise<void>;
}

/** `generated` ones are secrets that nobody knows beforehand. */
export type ParameterKind = 'secret' | 'generated' | 'plain';

/** A parameter as somebody types it. */
export interface Typed {
  name: string;
  kind: ParameterKind;
  line: string;
  value: Known;
  /** The file that it reads, by its path from the work folder. */
  source?: { path: string; bytes: Buffer } | undefined;
}

export async function createWorld(aws: TestAws, seed: number): Promise<World> {
  const random = new Random(seed);
  const root = await mkdtemp(join(HERE, `coffer-faults-${seed}-`));
  const folders = ['work', 'home', 'tmp', 'aside'].map((name) => join(root, name));
  const [work = '', home = '', tmp = '', aside = ''] = folders;
  await Promise.all(folders.map((folder) => mkdir(folder, { mode: 0o700 })));
  const isThere = await access('/dev/shm').then(
    () => true,
    () => false,
  );
  const memory = await mkdtemp(join(isThere ? '/dev/shm' : root, `coffer-faults-${seed}-`));
  const fileKeyAlias = `alias/${aws.unique('faults')}`;
  await aws.createKey(fileKeyAlias);
  let names = 0;
  const world: World = {
    aws,
    stored: storedIn(aws),
    tools: createTools(aws, { fileKey: { alias: fileKeyAlias } }).tools,
    random,
    canary: `canary${random.hex(24)}`,
    root,
    work,
    home,
    tmp,
    memory,
    aside,
    fileKeyAlias,
    ledger: new Ledger(),
    prefixes: new Map(),
    inSecrets: new Set(),
    secrets: secretsIn(aws),
    kinds: new Map(),
    origins: new Map(),
    sources: new Set(),
    crowd: undefined,
    mayDraft: false,
    mayLock: false,
    fresh: (what) => `${what}${(names += 1)}`,
    async close() {
      await rm(root, { recursive: true, force: true });
      await rm(memory, { recursive: true, force: true });
    },
  };
  if (random.chance(0.5)) await run('git', ['init', '-q'], { cwd: work, env: { HOME: home } });
  const files = random.chance(0.3) ? ['app.yml', 'teams/other.yaml'] : ['app.yml'];
  for (const file of files) await addManifest(world, file);
  if (random.chance(0.4)) {
    world.inSecrets.add('secrets.yml');
    await addManifest(world, 'secrets.yml');
  }
  return world;
}

/** Calls of the command line in this process have other folders for a while. */
const HERE = tmpdir();

/** Writes a new manifest in plaintext. */
async function addManifest(world: World, file: string): Promise<void> {
  const { aws, random, work } = world;
  const prefix = `/${aws.unique('faults')}/`;
  world.prefixes.set(file, prefix);
  const extra = random.chance(0.4) ? 'tags: {team: red, "cost center": "17"}\n' : '';
  const isSecret = world.inSecrets.has(file);
  const place = isSecret ? 'store: secretsmanager\n' : `bucket: ${aws.bucket}\n`;
  const head = `# The secrets of ${file}\npath: ${prefix}\nregion: ${REGION}\nkmskey: ${aws.kmskey}\n${place}${extra}parameters:\n`;
  await mkdir(join(work, file, '..'), { recursive: true });
  await writeFile(join(work, file), head);
  world.ledger.git.set(file, new Map());
  const count = 1 + random.below(6);
  for (let i = 0; i < count; i++) await type(world, file, typed(world, file));
}

/** Adds a parameter to a manifest, as a person would. */
export async function type(world: World, file: string, parameter: Typed): Promise<void> {
  await writeFile(join(world.work, file), parameter.line, { flag: 'a' });
  await note(world, file, parameter);
}

/** Has the world know of a parameter that stands in a manifest now. */
export async function note(world: World, file: string, parameter: Typed): Promise<void> {
  const name = fullName(world, file, parameter.name);
  world.kinds.set(name, parameter.kind);
  world.ledger.manifest(file).set(name, parameter.value);
  const { source } = parameter;
  if (!source) return;
  await writeFile(join(world.work, source.path), source.bytes);
  world.sources.add(source.path);
  world.origins.set(name, source.path);
}

export function prefixOf(world: World, file: string): string {
  const prefix = world.prefixes.get(file);
  if (prefix === undefined) throw new Error(`nobody knows of ${file}`);
  return prefix;
}

export function fullName(world: World, file: string, name: string): string {
  return prefixOf(world, file) + name;
}

const SHAPES = ['p', 'db/password', 'tls.key-', 'A_', 'x/y/z'];

export function newName({ random, fresh }: World): string {
  return fresh(random.pick(SHAPES));
}

/** A parameter of some kind. */
export function typed(world: World, file: string): Typed {
  const { random } = world;
  const name = newName(world);
  const {
    value,
    fields,
    source: bytes,
  } = random.pick(world.inSecrets.has(file) ? IN_SECRETS : KINDS)(world, name);
  const isSecret = fields.includes('SecureString');
  const kind = isSecret ? (Buffer.isBuffer(value) ? 'secret' : 'generated') : 'plain';
  if (bytes === undefined) return { name, kind, value, line: lineOf(name, fields) };
  const source = `source-${name.replaceAll(/\W/g, '-')}`;
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
  const line = lineOf(name, `${fields}, file: ${source}`);
  return { name, kind, value, line, source: { path: folder + source, bytes } };
}

function lineOf(name: string, fields: string): string {
  return `  - {name: ${name}, ${fields}}\n`;
}

interface Kind {
  value: Known;
  fields: string;
  source?: Buffer;
}

const inline = (type: string, value: string, more = ''): Kind => ({
  value: Buffer.from(value),
  fields: `type: ${type}, value: ${JSON.stringify(value)}${more}`,
});

const filed = (value: Buffer, more = ''): Kind => ({
  value,
  fields: `type: SecureString${more}`,
  source: value,
});

/** One row a kind of parameter; some stand twice, as they are more common. */
const KINDS: readonly ((world: World, name: string) => Kind)[] = [
  ({ canary }, name) => inline('SecureString', `${name} ${canary}`),
  ({ canary, random }) => inline('SecureString', nasty(random, canary)),
  ({ canary, random }) => inline('SecureString', nasty(random, canary)),
  ({ canary }) => inline('SecureString', `${canary} kept elsewhere`, ', store: s3'),
  ({ canary }) => inline('SecureString', canary.padEnd(5000, '-long')),
  (_, name) => inline('String', `in plain sight: ${name}`, ', description: "no secret: at all"'),
  ({ random }) => inline('String', `${random.below(1000)}`, ', tags: {owner: blue}'),
  () => ({ value: Buffer.from('a,b,c'), fields: 'type: StringList, value: [a, b, c]' }),
  () => ({ value: { not: undefined }, fields: 'type: SecureString, generate: {length: 24}' }),
  ({ canary }) => filed(Buffer.from(`-----BEGIN-----\n${canary}\n`)),
  ({ canary, random }) => filed(binary(canary, random, 60 + random.below(300))),
  ({ canary, random }) => filed(binary(canary, random, 66_000 + random.below(3000))),
  ({ canary, random }) => filed(binary(canary, random, 9000), ', extension: .tar'),
];

/** The same for Secrets Manager, which knows one type and holds 64 KiB. */
const IN_SECRETS: typeof KINDS = [
  ({ canary }, name) => inline('SecureString', `${name} ${canary}`),
  ({ canary, random }) => inline('SecureString', nasty(random, canary)),
  ({ canary }) => inline('SecureString', canary.padEnd(5000, '-long')),
  (_, name) => inline('String', `in plain sight: ${name}`, ', description: "no secret: at all"'),
  () => ({ value: { not: undefined }, fields: 'type: SecureString, generate: {length: 24}' }),
  ({ canary, random }) => filed(binary(canary, random, 60 + random.below(300))),
  ({ canary, random }) => filed(binary(canary, random, 9000)),
];

/** Some value to set, put or type; of a manifest, one that its store can hold. */
export function someValue({ random, canary, inSecrets }: World, file = ''): Buffer {
  switch (random.below(4)) {
    case 0: {
      const sizes = inSecrets.has(file) ? [9000, 50_000] : [9000, 70_000];
      return binary(canary, random, random.pick(sizes) + random.below(2000));
    }
    case 1:
      return binary(canary, random, 40);
    case 2:
      return Buffer.from(nasty(random, canary));
    default:
      return Buffer.from(`${canary} ${random.hex(6)}`);
  }
}

function nasty(random: Random, canary: string): string {
  const text = random.pick(Object.values(NASTY)).replaceAll('\u0000', '');
  return `${canary}${text}.`;
}

/** Bytes that are no text, with the canary in their midst. */
export function binary(canary: string, random: Random, length: number): Buffer {
  const piece = Buffer.concat([Buffer.from([0xff, 0, 0xfe]), random.bytes(61)]);
  const repeated = Buffer.alloc(length, piece);
  return Buffer.concat([repeated, Buffer.from(canary), random.bytes(16)]);
}
