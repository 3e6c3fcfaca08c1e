import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeKeyCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { recoveryDigest } from '../../src/crypto/recovery.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { REGION } from '../support/aws.ts';
import type { Known, Ledger, Values } from './ledger.ts';
import {
  binary,
  fullName,
  newName,
  note,
  prefixOf,
  someValue,
  type,
  typed,
  type ParameterKind,
  type World,
} from './world.ts';

/** One call of the command line, and what it has to do. */
export interface Step {
  argv: readonly string[];
  stdin?: Buffer | undefined;
  env?: Readonly<Record<string, string>>;
  /** What there is once all of it is done; until then there is that, or what was before. */
  after: Ledger;
  /** What it says when all of it was done before. */
  doneBefore?: RegExp;
  /** The call that finishes it, if it says that a part was done before. */
  finish?: readonly string[];
  /** Whether it calls AWS at all. */
  isOnline: boolean;
  /** Manifests that hold plaintext until it is done. */
  plaintext?: readonly string[];
  /** Whether the report on stdout lists what was done. */
  reports?: boolean;
  /** What else has to be so once it is done; what is wrong otherwise. */
  fault?: () => Promise<string | undefined>;
  /** Takes away what later steps do not need. */
  tidy?: () => Promise<void>;
}

/** Prepares a call; `undefined` when there is nothing that the command could do. */
export type Scenario = (world: World) => Promise<Step | undefined>;

/** One row a command that writes. What it changes is said here, and nowhere else. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async encrypt(world) {
    const { random, ledger, origins, work, canary } = world;
    const files = [...ledger.git.keys()];
    const edited = [...origins].filter(() => random.chance(0.3));
    for (const file of files) {
      const count = edited.length > 0 ? random.below(2) : 1 + random.below(3);
      for (let i = 0; i < count; i++) await type(world, file, typed(world, file));
    }
    const after = ledger.copy();
    for (const [name, path] of edited) {
      const sizes = isInSecrets(world, name) ? [100, 9000] : [100, 9000, 70_000];
      const bytes = binary(canary, random, random.pick(sizes) + random.below(99));
      await writeFile(join(work, path), bytes);
      for (const values of after.git.values()) if (values.has(name)) values.set(name, bytes);
    }
    const flags = await acceptance(world, files);
    return { argv: ['encrypt', ...files, ...flags], after, isOnline: true, plaintext: files };
  },

  async set(world) {
    const { random, ledger } = world;
    const file = anyManifest(world);
    const known = namesOf(world, file, ['secret', 'generated']);
    const name = known.length > 0 && random.chance(0.5) ? random.pick(known) : newName(world);
    const value = someValue(world, file);
    const after = ledger.copy();
    const whole = fullName(world, file, name);
    after.manifest(file).set(whole, value);
    const isKnown = ledger.manifest(file).has(whole);
    if (!isKnown) world.kinds.set(whole, 'secret');
    world.origins.delete(whole);
    const argv = ['set', file, name, ...(await acceptance(world, [file]))];
    const isText = Buffer.from(value.toString('utf8')).equals(value);
    if (isText) return { argv, stdin: value, after, isOnline: true };
    const from = await putAside(world, value);
    return { argv: [...argv, '--from-file', from], after, isOnline: true };
  },

  unset(world) {
    const { random, ledger } = world;
    const file = anyManifest(world);
    // One of them stays that is there now: what others add may come later.
    const known = namesOf(world, file).filter(
      (name) => world.crowd?.manifest(file).has(fullName(world, file, name)) !== false,
    );
    if (known.length < 2) return Promise.resolve(undefined);
    const names = random.some(known, 1 + random.below(Math.min(2, known.length - 1)));
    const after = ledger.copy();
    for (const name of names) {
      after.manifest(file).delete(fullName(world, file, name));
      world.origins.delete(fullName(world, file, name));
    }
    const doneBefore = /has no parameter/;
    return Promise.resolve({ argv: ['unset', file, ...names], after, isOnline: false, doneBefore });
  },

  create: (world) => setOne(world, 'create'),

  update: (world) => setOne(world, 'update'),

  delete(world) {
    const { random, ledger } = world;
    const file = anyManifest(world);
    const known = namesOf(world, file);
    if (known.length < 2) return Promise.resolve(undefined);
    const name = random.pick(known);
    const whole = fullName(world, file, name);
    const after = ledger.copy();
    after.manifest(file).delete(whole);
    after.aws.delete(whole);
    world.origins.delete(whole);
    const argv = ['delete', file, name, '--yes', ...pace(world)];
    return Promise.resolve({ argv, after, isOnline: true, doneBefore: /has no parameter/ });
  },

  rotate(world) {
    const { ledger, random } = world;
    const file = anyManifest(world);
    const known = namesOf(world, file, ['generated']);
    if (known.length === 0) return Promise.resolve(undefined);
    const isAll = random.chance(0.5);
    const names = isAll ? known : [random.pick(known)];
    const after = ledger.copy();
    for (const name of names) {
      const whole = fullName(world, file, name);
      const old = ledger.manifest(file).get(whole);
      after.manifest(file).set(whole, { not: Buffer.isBuffer(old) ? old : undefined });
    }
    const which = isAll ? ['--all'] : names;
    return Promise.resolve({ argv: ['rotate', file, ...which], after, isOnline: true });
  },

  rollback(world) {
    const { ledger, random, inSecrets } = world;
    const file = anyManifest(world);
    if (inSecrets.has(file)) return Promise.resolve(undefined);
    const known = namesOf(world, file, ['secret', 'generated']).filter((name) =>
      ledger.aws.has(fullName(world, file, name)),
    );
    if (known.length === 0) return Promise.resolve(undefined);
    const name = random.pick(known);
    const whole = fullName(world, file, name);
    const after = ledger.copy();
    const value = ledger.aws.get(whole);
    if (value) after.manifest(file).set(whole, value);
    world.origins.delete(whole);
    const argv = ['rollback', file, name, 'latest'];
    return Promise.resolve({ argv, after, isOnline: true });
  },

  async refresh(world) {
    const { aws, random, fileKeyAlias, ledger } = world;
    const flags = random.chance(0.5) ? ['--new-data-keys'] : [];
    if (!world.crowd && random.chance(0.7)) {
      const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: fileKeyAlias }));
      // No commit vouches for the old key.
      flags.push('--accept-file-key', KeyMetadata?.Arn ?? '');
      const TargetKeyId = await aws.createKey();
      await aws.kms.send(new UpdateAliasCommand({ AliasName: fileKeyAlias, TargetKeyId }));
    }
    const files = [...ledger.git.keys()];
    flags.push(...(await acceptance(world, files)));
    return { argv: ['refresh', ...files, ...flags], after: ledger.copy(), isOnline: true };
  },

  async recovery(world) {
    const { aws, random, ledger, work } = world;
    const file = anyManifest(world);
    const text = await readFile(join(work, file), 'utf8');
    const [known] = /^  - (arn:aws:kms:.*)$/m.exec(text)?.slice(1) ?? [];
    const isRemoval = known !== undefined && random.chance(0.5);
    const recipient = isRemoval ? known : await aws.createKey(undefined, 'eu-west-1');
    return {
      argv: ['recovery', isRemoval ? 'remove' : 'add', file, recipient, '--yes'],
      after: ledger.copy(),
      isOnline: true,
      doneBefore: /is not in the recovery list/,
    };
  },

  move(world) {
    const { random, ledger, kinds, origins } = world;
    const file = anyManifest(world);
    const known = namesOf(world, file);
    if (known.length === 0) return Promise.resolve(undefined);
    const name = random.pick(known);
    const wanted = newName(world);
    const [old, whole] = [name, wanted].map((one) => fullName(world, file, one)) as [
      string,
      string,
    ];
    const after = ledger.copy();
    const values = after.manifest(file);
    const value = values.get(old);
    if (value === undefined) return Promise.resolve(undefined);
    values.delete(old);
    values.set(whole, value);
    for (const map of [kinds, origins] as Map<string, string>[]) {
      const known = map.get(old);
      if (known !== undefined) map.set(whole, known);
      map.delete(old);
    }
    const doneBefore = /has no parameter/;
    return Promise.resolve({
      argv: ['move', file, name, wanted],
      after,
      isOnline: true,
      doneBefore,
    });
  },

  copy(world) {
    const { random, ledger, kinds } = world;
    const [from = '', to = ''] = random.some([...ledger.git.keys()], 2);
    // The stores do not hold the same.
    if (to === '' || world.inSecrets.has(from) !== world.inSecrets.has(to)) {
      return Promise.resolve(undefined);
    }
    const there = new Set(namesOf(world, to));
    const known = namesOf(world, from).filter((name) => !there.has(name));
    if (known.length === 0) return Promise.resolve(undefined);
    const name = random.pick(known);
    const [old, whole] = [fullName(world, from, name), fullName(world, to, name)];
    const after = ledger.copy();
    const value = ledger.manifest(from).get(old);
    if (value === undefined) return Promise.resolve(undefined);
    after.manifest(to).set(whole, value);
    kinds.set(whole, kinds.get(old) ?? 'secret');
    const doneBefore = /has a parameter .* already/;
    return Promise.resolve({ argv: ['copy', from, name, to], after, isOnline: true, doneBefore });
  },

  async edit(world) {
    const { aside, ledger } = world;
    const file = anyManifest(world);
    const parameter = typed(world, file);
    if (parameter.source) return undefined;
    const before = ledger.copy();
    await note(world, file, parameter);
    const after = world.ledger;
    world.ledger = before;
    await writeFile(join(aside, 'typed'), parameter.line);
    await writeFile(
      join(aside, 'editor.sh'),
      `grep -q 'name: ${parameter.name},' "$1" || cat '${aside}/typed' >> "$1"\n`,
    );
    const env = { EDITOR: `sh '${aside}/editor.sh'` };
    return { argv: ['edit', file], env, after, isOnline: true };
  },

  async sync(world) {
    const { random, ledger } = world;
    const files = [...ledger.git.keys()];
    await drift(world);
    const flags = random.chance(0.3) ? ['--prune'] : [];
    const after = world.ledger.copy();
    for (const file of files) {
      const values = after.manifest(file);
      const prefix = prefixOf(world, file);
      for (const name of after.aws.keys()) {
        if (flags.length > 0 && name.startsWith(prefix)) after.aws.delete(name);
      }
      publish(values, after);
    }
    const argv = ['sync', ...files, '--yes', '--json', ...flags, ...pace(world)];
    return { argv, after, isOnline: true, reports: true };
  },

  async save(world) {
    const { ledger } = world;
    await drift(world);
    const files = [...ledger.git.keys()];
    const after = world.ledger.copy();
    for (const file of files) publish(after.manifest(file), after);
    const argv = ['save', ...files, '--json', ...pace(world)];
    return { argv, after, isOnline: true, reports: true };
  },

  nuke(world) {
    const { ledger, random } = world;
    const file = anyManifest(world);
    const after = ledger.copy();
    for (const name of ledger.manifest(file).keys()) after.aws.delete(name);
    const flags = random.chance(0.3) ? ['--keep-objects'] : [];
    const argv = ['nuke', file, '--yes', ...flags, ...pace(world)];
    return Promise.resolve({ argv, after, isOnline: true });
  },

  gc(world) {
    const { ledger } = world;
    const files = [...ledger.git.keys()].filter((file) => !world.inSecrets.has(file));
    const argv = ['gc', ...files, '--older-than', '0s', '--yes'];
    return Promise.resolve({ argv, after: ledger.copy(), isOnline: true });
  },

  async put(world) {
    const { aws, ledger, prefixes, random, canary } = world;
    const prefix = prefixes.get('(put)') ?? `/${aws.unique('put')}/`;
    prefixes.set('(put)', prefix);
    const isLarge = random.chance(0.05);
    const value = isLarge ? binary(canary, random, 17 * 1024 * 1024) : someValue(world);
    const name = `${prefix}data${random.below(3)}`;
    const after = ledger.copy();
    after.aws.set(name, value);
    const argv = ['put', '-p', name, '-b', aws.bucket, '-k', aws.kmskey];
    if (random.chance(0.5)) return { argv, stdin: value, after, isOnline: true };
    return { argv: [...argv, '-f', await putAside(world, value)], after, isOnline: true };
  },

  import(world) {
    const { ledger, random, kinds } = world;
    const file = random.pick([...ledger.git.keys()].filter((one) => !world.inSecrets.has(one)));
    const prefix = prefixOf(world, file);
    const found = new Map([...ledger.aws].filter(([name]) => name.startsWith(prefix)));
    const after = ledger.copy();
    const missing = [...found].filter(([name]) => !ledger.manifest(file).has(name));
    if (missing.length > 0 && random.chance(0.7)) {
      for (const [name, value] of missing) {
        after.manifest(file).set(name, value);
        if (kinds.get(name) === 'generated') kinds.set(name, 'secret');
      }
      const argv = ['import', prefix, '--merge', file];
      return Promise.resolve({ argv, after, isOnline: true });
    }
    if (found.size === 0) return Promise.resolve(undefined);
    const imported = `${world.fresh('imported')}.yml`;
    after.git.set(imported, found);
    return Promise.resolve({
      argv: ['import', prefix, '-o', imported, '--region', REGION],
      after,
      isOnline: true,
      doneBefore: /exists/,
      tidy: () => forget(world, imported),
    });
  },

  async bootstrap(world) {
    const { aws, work, ledger } = world;
    const file = `${world.fresh('boot')}.yml`;
    const [key, bucket, fileKey] = ['boot', 'boot', 'boot'].map((what) => aws.unique(what));
    world.prefixes.set(file, `/${bucket}/`);
    const text = `path: /${bucket}/\nregion: ${REGION}\nkmskey: alias/${key}\nbucket: ${bucket}\nparameters:\n  - {name: a, type: String, value: "1"}\n`;
    await writeFile(join(work, file), text);
    ledger.git.set(file, new Map([[`/${bucket}/a`, Buffer.from('1')]]));
    return {
      argv: ['bootstrap', file, '--yes'],
      env: { COFFER_KEY_ALIAS: `alias/${fileKey}` },
      after: ledger.copy(),
      isOnline: true,
      async fault() {
        for (const name of [key, fileKey]) {
          await aws.kms.send(new DescribeKeyCommand({ KeyId: `alias/${name}` }));
        }
        await aws.s3.send(new HeadBucketCommand({ Bucket: bucket }));
        return undefined;
      },
      tidy: () => forget(world, file),
    };
  },

  async get(world) {
    const { ledger, random, work, sources } = world;
    const names = [...ledger.aws.keys()].filter((name) => !isInSecrets(world, name));
    if (names.length === 0) return undefined;
    const name = random.pick(names);
    const wanted = ledger.aws.get(name);
    const out = world.fresh('out');
    sources.add(out);
    return Promise.resolve({
      argv: ['get', name, '-o', out],
      after: ledger.copy(),
      isOnline: true,
      fault: () => differs(join(work, out), wanted),
      tidy: () => rm(join(work, out)),
    });
  },

  async export(world) {
    const { ledger, work, sources } = world;
    const file = anyManifest(world);
    const out = world.fresh('dump');
    sources.add(out);
    return Promise.resolve({
      argv: ['export', file, '--out-dir', out],
      after: ledger.copy(),
      isOnline: true,
      async fault() {
        for (const [name, wanted] of ledger.manifest(file)) {
          const path = join(work, out, name.slice(prefixOf(world, file).length));
          const fault = await differs(path, wanted);
          if (fault) return fault;
        }
        return undefined;
      },
      tidy: () => rm(join(work, out), { recursive: true }),
    });
  },

  init(world) {
    const { aws, ledger, prefixes, sources } = world;
    const file = `${world.fresh('made')}.yml`;
    const prefix = `/${aws.unique('made')}/`;
    prefixes.set(file, prefix);
    sources.add('coffer.schema.json');
    const after = ledger.copy();
    after.git.set(file, new Map([[`${prefix}example`, Buffer.from('hello')]]));
    const target = ['--path', prefix, '--region', REGION, '--kmskey', aws.kmskey];
    return Promise.resolve({
      argv: ['init', file, ...target],
      after,
      isOnline: false,
      doneBefore: /exists/,
      tidy: () => forget(world, file),
    });
  },

  hook: (world) => installed(world, 'hook', join('.git', 'hooks', 'pre-commit')),

  git: (world) => installed(world, 'git', '.gitattributes'),

  async 'merge-driver'(world) {
    const { ledger, work, sources } = world;
    const text = await readFile(join(work, anyManifest(world)), 'utf8');
    const name = world.fresh('merge');
    const files = ['base', 'ours', 'theirs'].map((side) => `${name}-${side}`);
    const [base = '', ours = '', theirs = ''] = files;
    for (const path of files) sources.add(path);
    const ourText = `# one side\n${text}`;
    const theirText = `${text}  - {name: ${name}, type: String, value: other side}\n`;
    await writeFile(join(work, base), text);
    await writeFile(join(work, ours), ourText);
    await writeFile(join(work, theirs), theirText);
    return {
      argv: ['merge-driver', base, ours, theirs],
      after: ledger.copy(),
      isOnline: false,
      fault: () => differs(join(work, ours), Buffer.from(`# one side\n${theirText}`)),
      async tidy() {
        for (const path of files) await rm(join(work, path));
      },
    };
  },
};

/** Commands that leave files and AWS as they are. */
export const READERS: ReadonlySet<string> = new Set([
  'decrypt',
  'diff',
  'report',
  'list',
  'history',
  'exec',
  'check',
  'compare',
  'find',
  'doctor',
  'textconv',
  'pin',
  'policy',
  'cache',
  'completion',
  'schema',
  // What runs in it is another command.
  'sandbox',
  // test/sandbox/controller.test.ts lets it die at each request.
  'controller',
]);

/** Gives a parameter a value, in its manifest and in AWS. */
async function setOne(world: World, command: 'create' | 'update'): Promise<Step | undefined> {
  const { random, ledger } = world;
  const file = anyManifest(world);
  const known = namesOf(world, file, ['secret', 'generated']);
  if (command === 'update' && known.length === 0) return undefined;
  const name = command === 'update' ? random.pick(known) : newName(world);
  const value = someValue(world, file);
  const whole = fullName(world, file, name);
  const after = ledger.copy();
  after.manifest(file).set(whole, value);
  after.aws.set(whole, value);
  if (command === 'create') world.kinds.set(whole, 'secret');
  world.origins.delete(whole);
  const argv = [command, file, name, await putAside(world, value), '--yes', ...pace(world)];
  return {
    argv: [...argv, ...(await acceptance(world, [file]))],
    after,
    isOnline: true,
    ...(command === 'create' && {
      doneBefore: /already has/,
      finish: ['sync', file, '--only', name, '--yes'],
    }),
  };
}

/** Where all secrets are blobs, no data key vouches for the recovery list: the caller has to. */
async function acceptance({ work }: World, files: readonly string[]): Promise<string[]> {
  const manifests = await Promise.all(files.map((file) => readManifest(join(work, file))));
  const digests = manifests
    .filter(({ dataKeys }) => Object.keys(dataKeys).length === 0)
    .flatMap(({ recovery }) => recoveryDigest(recovery) ?? []);
  return digests.slice(0, 1).flatMap((digest) => ['--accept-recovery', digest]);
}

function anyManifest({ ledger, random }: World): string {
  return random.pick([...ledger.git.keys()]);
}

function isInSecrets(world: World, name: string): boolean {
  return [...world.inSecrets].some((file) => name.startsWith(prefixOf(world, file)));
}

/** Names in a manifest, without its prefix. */
function namesOf(world: World, file: string, kinds?: readonly ParameterKind[]): string[] {
  const prefix = prefixOf(world, file);
  return [...world.ledger.manifest(file).keys()]
    .filter((name) => !kinds || kinds.includes(world.kinds.get(name) ?? 'secret'))
    .map((name) => name.slice(prefix.length));
}

function publish(values: Values, after: Ledger): void {
  for (const [name, value] of values) after.aws.set(name, value);
}

/** Somebody else changes or deletes what is in AWS. */
async function drift(world: World): Promise<void> {
  const { stored, secrets, random, ledger } = world;
  if (world.crowd) return;
  for (const file of ledger.git.keys()) {
    for (const name of ledger.manifest(file).keys()) {
      if (!ledger.aws.has(name) || !random.chance(0.15)) continue;
      const isSecret = world.inSecrets.has(file);
      if (random.chance(0.5)) {
        await (isSecret ? secrets.remove(name.slice(1)) : stored.remove(name));
        ledger.aws.delete(name);
      } else {
        await untilItCanBeCreated(() =>
          isSecret
            ? secrets.put(name.slice(1), 'changed by hand')
            : stored.put(name, 'changed by hand'),
        );
        ledger.aws.set(name, Buffer.from('changed by hand'));
      }
    }
  }
}

/** SSM does not take a name again right after it was deleted. */
async function untilItCanBeCreated(create: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(200);
    }
  }
}

/** One call at a time makes what comes at the n-th request repeat exactly. */
function pace({ random }: World): string[] {
  return random.chance(0.7) ? ['--concurrency', '1'] : [];
}

async function putAside(world: World, value: Buffer): Promise<string> {
  const path = join(world.aside, world.fresh('value'));
  await writeFile(path, value);
  return path;
}

async function forget({ work, ledger, prefixes }: World, file: string): Promise<void> {
  ledger.git.delete(file);
  prefixes.delete(file);
  await rm(join(work, file));
  const blobs = join(work, dirname(file), file.replace(/\.ya?ml$/, '.blobs'));
  await rm(blobs, { recursive: true, force: true });
}

async function installed(world: World, command: string, path: string): Promise<Step | undefined> {
  const { work, ledger } = world;
  if (!(await exists(join(work, '.git')))) return undefined;
  world.sources.add(path);
  return {
    argv: [command, 'install'],
    after: ledger.copy(),
    isOnline: false,
    fault: async () => ((await exists(join(work, path))) ? undefined : `${path} is missing`),
  };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function differs(path: string, wanted: Known | undefined): Promise<string | undefined> {
  const found = await readFile(path).catch(() => undefined);
  if (!found) return `${path} is missing`;
  return Buffer.isBuffer(wanted) && !found.equals(wanted)
    ? `${path} is not as it should be`
    : undefined;
}
