import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CofferError } from '../errors.ts';
import { findHead, isCommitted } from '../git/head.ts';
import type { Manifest } from '../manifest/model.ts';
import { buildOverview, type Region, type Survey } from '../page/build.ts';
import type { Overview } from '../page/model.ts';
import { readManifests } from './manifests.ts';
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
 * @throws CofferError if nothing of AWS can be read
 */
export async function report(
  tools: Tools,
  files: readonly string[],
  { offline = false, history = false, noDecrypt = false, now = new Date() }: ReportOptions = {},
): Promise<Overview> {
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
  const all = sights.flatMap(({ regions }) => regions);
  const [first] = all.flatMap((item) => ('error' in item ? [item.error] : []));
  if (first && all.every((item) => 'error' in item)) {
    const { code, message, hint, place, cause, problems } = first;
    const orOffline = 'coffer report --offline shows what the manifests say';
    throw new CofferError(code, message, {
      hint: hint ? `${hint}; ${orOffline}` : orOffline,
      place,
      cause,
      problems: problems.length > 1 ? problems : undefined,
    });
  }
  return sights;
}

async function commitOf({ file, text }: Manifest): Promise<Survey['commit']> {
  if (file === '-') return undefined;
  const path = await realpath(file);
  const id = await findHead(dirname(path));
  return id === undefined
    ? undefined
    : { id, isChanged: !(await isCommitted(path, Buffer.from(text))) };
}
