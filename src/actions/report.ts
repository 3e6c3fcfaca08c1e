import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CofferError, type Problem } from '../errors.ts';
import { findHead, isCommitted } from '../git/head.ts';
import type { Manifest } from '../manifest/model.ts';
import { buildOverview, type Region, type Survey } from '../page/build.ts';
import type { Overview } from '../page/model.ts';
import { readManifests, refuseRepeated } from './manifests.ts';
import { readVersions } from './report/versions.ts';
import { readEnvironment, type Sight } from './report/read.ts';
import { keyFinder } from './stores.ts';
import { planRead, refuseSharedNames } from './targets.ts';
import type { Tools } from './tools.ts';

export interface ReportOptions {
  /** Asks AWS nothing: says only what manifests say. */
  offline?: boolean | undefined;
  /** Reads all versions of each parameter, which takes a call for each. */
  history?: boolean | undefined;
  /** Decrypts nothing: secrets are not compared. */
  noDecrypt?: boolean | undefined;
  /** When it is, for ages. Default: now. */
  now?: Date | undefined;
}

/**
 * Puts the parameters of environments beside each other, one manifest each, and says how AWS differs
 * from them; without any value. What cannot be opened is closed, and what cannot be read is told as
 * a problem of its environment.
 * @throws CofferError if nothing of AWS can be read, or if a file is named twice
 */
export async function report(
  tools: Tools,
  files: readonly string[],
  { offline = false, history = false, noDecrypt = false, now = new Date() }: ReportOptions = {},
): Promise<Overview> {
  await refuseRepeated(files);
  const manifests = await readManifests(tools, files);
  refuseSharedNames(manifests);
  const sights = offline ? [] : await readAll(tools, manifests, noDecrypt);
  const read = sights.flatMap(({ regions }) => regions).filter((item) => 'state' in item);
  const targets = await planRead(tools.host, read);
  const changesOf = new Map(targets.map(({ manifest, plan }) => [manifest, plan.changes]));
  const surveys = manifests.map(async (manifest, i): Promise<Survey> => {
    const { regions = [], problems = [] } = sights[i] ?? {};
    const looks = regions.map(async (item): Promise<Region> => {
      const { region } = item.manifest;
      if ('error' in item) return { region, problem: item.error };
      const changes = changesOf.get(item.manifest) ?? [];
      const versions = history ? await readVersions(tools, item.manifest, changes) : undefined;
      return { region, changes, ...versions };
    });
    const untold = offline ? manifest.regions.map((region) => ({ region })) : [];
    return {
      manifest,
      commit: await commitOf(manifest),
      problems,
      regions: [...(await Promise.all(looks)), ...untold],
    };
  });
  return buildOverview(await Promise.all(surveys), { now, isCompared: !offline });
}

/** @throws the first error if there is nothing to show */
async function readAll(
  tools: Tools,
  manifests: readonly Manifest[],
  noDecrypt: boolean,
): Promise<Sight[]> {
  const keyArn = keyFinder(tools);
  const sights = await Promise.all(
    manifests.map((manifest) => readEnvironment(tools, manifest, { noDecrypt, keyArn })),
  );
  if (sights.some(({ regions }) => regions.some((item) => 'state' in item))) return sights;
  const errors = sights.flatMap(({ regions, problems }) => [
    ...regions.flatMap((item) => ('error' in item ? [item.error] : [])),
    ...problems,
  ]);
  throw summarize(errors);
}

/** Each failure once: the same right may be refused for every environment. */
function summarize(errors: readonly CofferError[]): CofferError {
  const [first, ...more] = new Map(errors.map((error) => [error.message, error])).values();
  if (!first) return new CofferError('usage', 'name a manifest');
  const orOffline = 'coffer report --offline shows what the manifests say';
  const withWayOut = ({ hint }: Problem) => (hint ? `${hint}; ${orOffline}` : orOffline);
  const all = [first, ...more].flatMap(({ problems }) => problems);
  return new CofferError(first.code, first.message, {
    hint: withWayOut(first),
    place: first.place,
    cause: first.cause,
    // Said once, at the end.
    problems: all.map((one, i) => (i < all.length - 1 ? one : { ...one, hint: withWayOut(one) })),
  });
}

async function commitOf({ file, text }: Manifest): Promise<Survey['commit']> {
  // What comes from a pipe, such as <(command), is in no folder.
  const path = file === '-' ? undefined : await realpath(file).catch(() => undefined);
  if (path === undefined) return undefined;
  const id = await findHead(dirname(path));
  return id === undefined
    ? undefined
    : { id, isChanged: !(await isCommitted(path, Buffer.from(text))) };
}
