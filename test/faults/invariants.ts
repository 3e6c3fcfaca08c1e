import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openerFor } from '../../src/actions/manifests.ts';
import { pointerOf } from '../../src/crypto/pointer.ts';
import { CofferError } from '../../src/errors.ts';
import { errnoOf } from '../../src/files/errors.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { blobPaths } from '../../src/seal/blob-files.ts';
import { shows } from '../support/canary.ts';
import { openV3, readRaw } from '../support/v3-reader.ts';
import type { Ending } from './launch.ts';
import { isAsKnown, isBetween, Ledger, type Known, type Values } from './ledger.ts';
import type { World } from './world.ts';

/** What was found in a world, and what is wrong with it. */
export interface Finding {
  found: Ledger;
  violations: string[];
}

/**
 * Reads all that a world holds.
 * @param manifests by their paths from the work folder
 */
export async function lookAt(world: World, manifests: Iterable<string>): Promise<Finding> {
  const violations: string[] = [];
  const found = new Ledger();
  for (const file of manifests) {
    const values = await readValues(world, file, violations);
    if (values) found.git.set(file, values);
  }
  for (const prefix of new Set(world.prefixes.values())) {
    await readStored(world, prefix, found.aws, violations);
    if (world.inSecrets.size > 0) await readSecrets(world, prefix, found.aws);
  }
  return { found, violations };
}

/** Opens every value of a manifest; `undefined` when there is no such file. */
async function readValues(
  world: World,
  file: string,
  violations: string[],
): Promise<Values | undefined> {
  const path = join(world.work, file);
  const values: Values = new Map();
  try {
    const manifest = await readManifest(path);
    const opener = await openerFor(world.tools, manifest);
    for (const parameter of manifest.parameters) {
      const { content, origin, fullName } = parameter;
      const isToCome = content.kind === 'absent' && origin && 'generate' in origin;
      values.set(fullName, isToCome ? { not: undefined } : await opener.open(parameter));
    }
    return values;
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    if (errnoOf(error.cause) === 'ENOENT') return undefined;
    violations.push(`${file} does not parse, or does not open: ${error.message}`);
    return values;
  }
}

/** Reads Secrets Manager, without what was deleted. */
async function readSecrets({ secrets }: World, prefix: string, values: Values): Promise<void> {
  for (const name of await secrets.names(prefix.slice(1))) {
    values.set(`/${name}`, Buffer.from((await secrets.value(name)) ?? ''));
  }
}

/** Reads SSM, follows pointers, and has a reader that is not coffer's open what they lead to. */
async function readStored(
  { aws, stored, canary }: World,
  prefix: string,
  values: Values,
  violations: string[],
): Promise<void> {
  for (const [, { Name = '', Value = '', Type = '' }] of await stored.parameters(prefix)) {
    const pointer = pointerOf({ type: Type, value: Value });
    if (!pointer) {
      if (Type !== 'SecureString' && Value.includes(canary)) {
        violations.push(`${Name} shows a secret in AWS`);
      }
      values.set(Name, Buffer.from(Value));
      continue;
    }
    try {
      const raw = await readRaw(aws, pointer.key);
      if (shows(canary, raw.body)) violations.push(`the object of ${Name} is plaintext`);
      values.set(Name, await openV3(aws, raw));
    } catch (error) {
      values.set(Name, { not: undefined });
      const why = error instanceof Error ? error.name : 'unknown';
      violations.push(`${Name} is a pointer to nothing, or to what does not open (${why})`);
    }
  }
}

/** Values that are neither as before nor as after; with `isDone`, those that are not as after. */
export function compare(
  found: Ledger,
  { before, after, isDone }: { before: Ledger; after: Ledger; isDone: boolean },
): string[] {
  const accepts = (value: Known | undefined, old: Known | undefined, next: Known | undefined) =>
    isDone ? isAsKnown(value, next) : isBetween(value, old, next);
  const check = (where: string, values?: Values, old?: Values, next?: Values) =>
    [...new Set([...keys(values), ...keys(old), ...keys(next)])].flatMap((name) => {
      const value = values?.get(name);
      if (accepts(value, old?.get(name), next?.get(name))) return [];
      const state = value === undefined ? 'lost' : next?.has(name) ? 'wrong' : 'still there';
      return [`${name} is ${state} in ${where}`];
    });
  return [
    ...[...new Set([...before.git.keys(), ...after.git.keys()])].flatMap((file) => {
      const isGone = found.git.get(file) === undefined;
      if (isGone && (isDone ? !after.git.has(file) : !before.git.has(file))) return [];
      return check(file, found.git.get(file), before.git.get(file), after.git.get(file));
    }),
    ...check('AWS', found.aws, before.aws, after.aws),
  ];
}

function keys(values: Values | undefined): string[] {
  return [...(values?.keys() ?? [])];
}

/** Plaintext where there may be none. `plaintext` are the manifests that have to be sealed yet. */
export async function findPlaintext(
  { root, memory, aside, work, canary, sources }: World,
  { stdout, stderr, isKilled }: Pick<Ending, 'stdout' | 'stderr' | 'isKilled'>,
  plaintext: ReadonlySet<string>,
): Promise<string[]> {
  const violations: string[] = [];
  for (const [stream, text] of Object.entries({ stdout, stderr })) {
    if (shows(canary, text)) violations.push(`${stream} shows a secret`);
  }
  // The next run removes what an editor had when coffer was killed.
  for (const folder of isKilled ? [root] : [root, memory]) {
    for (const path of await filesIn(folder)) {
      const whole = join(folder, path);
      if (whole.startsWith(`${aside}/`)) continue;
      const inWork = whole.startsWith(`${work}/`) ? whole.slice(work.length + 1) : '';
      const isSource = [...sources].some(
        (name) => inWork === name || inWork.startsWith(`${name}/`),
      );
      if (isSource || plaintext.has(inWork)) continue;
      if (shows(canary, await readFile(whole))) violations.push(`${whole} shows a secret`);
    }
  }
  return violations;
}

/**
 * What a process was about to make its lock of when it was killed, and the folder it is in. Until it
 * has been there for a while, nobody can tell that from a lock in the making.
 */
const DRAFT = /\.coffer\/(lock-[0-9a-f]+\.draft|\.gitignore)$/;

/** What stays until the next command writes the manifest, where its removal failed. */
const LOCK = /\.coffer\/(lock|\.gitignore)$/;

/** What may be there of processes that were killed, or whose disk failed. */
export interface Excuses {
  mayDraft: boolean;
  mayLock: boolean;
}

/** Files that nobody needs any more. */
export async function findLeftovers(
  { work, tmp, memory, sources }: World,
  manifests: Iterable<string>,
  { mayDraft, mayLock }: Excuses,
): Promise<string[]> {
  const expected = new Set<string>();
  for (const file of manifests) {
    expected.add(file);
    const manifest = await readManifest(join(work, file)).catch(() => undefined);
    for (const path of manifest ? blobPaths(manifest) : []) expected.add(join(file, '..', path));
  }
  const isExpected = (path: string) =>
    expected.has(path) ||
    path.startsWith('.git') ||
    (mayDraft && DRAFT.test(path)) ||
    (mayLock && LOCK.test(path)) ||
    [...sources].some((name) => path === name || path.startsWith(`${name}/`));
  const inWork = (await filesIn(work)).filter((path) => !isExpected(path));
  const inTmp = await filesIn(tmp);
  // Locks that a user's processes share stay, and hold nothing.
  const inMemory = (await filesIn(memory)).filter((path) => !path.startsWith('coffer/'));
  return [...inWork, ...inTmp, ...inMemory].map((path) => `${path} was left behind`);
}

async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Whether a call said how it ended as it should. */
export function judgeEnding({ code, stderr, isKilled, isHanging, happened }: Ending): string[] {
  if (isHanging) return ['it hangs'];
  const violations: string[] = [];
  if (/^\s+at .*:\d+/m.test(stderr) || /node:internal|\bTypeError\b/.test(stderr)) {
    violations.push('it shows a stack trace');
  }
  const isSignalled = happened.some((kind) => kind.startsWith('SIG'));
  const allowed = [0, 1, 2, 4, ...(isKilled ? [137] : []), ...(isSignalled ? [130, 143] : [])];
  if (!allowed.includes(code)) violations.push(`its exit code is ${code}`);
  if (code !== 0 && code < 128 && !/error:/.test(stderr))
    violations.push('it fails without a word');
  return violations;
}

/** What a report on standard output says was done. */
export function doneIn(stdout: string): string[] {
  try {
    const { done } = JSON.parse(stdout) as { done?: string[] };
    return done ?? [];
  } catch {
    return [];
  }
}
