import { couldBeRegion } from '../aws/regions.ts';
import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { countOf } from '../formats/count.ts';
import { entriesOf } from '../manifest/entries.ts';
import type { TextSetting } from '../manifest/fields.ts';
import { parseManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import { findNameFault } from '../manifest/read/names.ts';
import { nearestRegion } from '../manifest/read/region.ts';
import { inEachRegion } from '../manifest/regions.ts';
import { replaceManifest } from '../seal/apply.ts';
import { moveManifest, type Move } from '../seal/move.ts';
import { changeManifest, fileKeyFor, findParameter, nameBelow } from './manifests.ts';
import type { Tools, WriteOptions } from './tools.ts';

/** Settings that are to be others, and how to write. */
export interface MoveOptions
  extends WriteOptions, Partial<Record<TextSetting, string | undefined>> {
  /** Instead of `region`: several. */
  regions?: readonly string[] | undefined;
}

export interface MoveReport {
  file: string;
  changed: boolean;
  /** How many values were decrypted and encrypted again. */
  resealed: number;
  /** How many data keys of blobs KMS re-encrypted. */
  rewrapped: number;
}

const SETTINGS = [
  'path',
  'kmskey',
  'bucket',
  'account',
  'store',
  'secret',
] as const satisfies TextSetting[];

/**
 * Changes where the secrets of a manifest go, or the name of one parameter, and encrypts again what
 * is bound to it. AWS keeps what it has.
 * @param names none, or the old and the new name of one parameter
 */
export function move(
  tools: Tools,
  file: string,
  names: readonly string[] = [],
  options: MoveOptions = {},
): Promise<MoveReport> {
  // A region is what is to change here, not what overrides the file's.
  return changeManifest({ ...tools, region: undefined }, file, options, (manifest) =>
    moveOne(tools, manifest, toMove(manifest, names, options), options),
  );
}

async function moveOne(
  tools: Tools,
  manifest: Manifest,
  wanted: Move,
  options: MoveOptions,
): Promise<MoveReport> {
  const { host } = tools;
  const { file } = manifest;
  const fileKey = await fileKeyFor(tools, manifest, options);
  const { resealed, rewrapped, text } = await moveManifest(manifest, wanted, fileKey);
  const { changed } = await replaceManifest(manifest, { text, blobs: [] });
  const counts = `${countOf(resealed, 'value')} encrypted again, ${countOf(rewrapped, 'data key')} of blobs re-encrypted`;
  host.note(changed ? `${file}: moved (${counts})` : `${file}: nothing to move`);
  const left = leftBehind(manifest, parseManifest(text, file, manifest));
  if (left.length > 0) {
    host.note(`AWS still has the old ${left.join(' and ')}; delete them when nobody reads them`);
  }
  return { file, changed, resealed, rewrapped };
}

/** What the manifest does not name any more; the rest is in use under its name as before. */
function leftBehind(before: Manifest, after: Manifest): string[] {
  const isElsewhere = before.account !== undefined && before.account !== after.account;
  const isLeft = (placesOf: (manifest: Manifest) => string[]) => {
    const named = new Set(isElsewhere ? [] : placesOf(after));
    return placesOf(before).some((place) => !named.has(place));
  };
  return [
    ...(isLeft(parametersIn) ? ['parameters'] : []),
    ...(isLeft(bucketsIn) ? ['objects'] : []),
  ];
}

function parametersIn(manifest: Manifest): string[] {
  return inEachRegion(manifest).flatMap((here) =>
    entriesOf(here).map(({ name }) => `${here.store} ${here.region} ${name}`),
  );
}

/** Those of the regions, if there are large values. */
function bucketsIn(manifest: Manifest): string[] {
  if (manifest.parameters.every(({ content }) => content.kind !== 'blob')) return [];
  return inEachRegion(manifest).flatMap(({ bucket = [] }) => bucket);
}

function toMove(manifest: Manifest, names: readonly string[], options: MoveOptions): Move {
  const given = SETTINGS.filter((setting) => options[setting] !== undefined);
  const settings = Object.fromEntries(given.map((setting) => [setting, options[setting]]));
  const regions = regionsOf(options);
  const [old, name, ...more] = names;
  if (more.length > 0 || (old !== undefined && name === undefined)) {
    throw usage('coffer move takes the old and the new name of one parameter');
  }
  if ((given.length === 0 && regions === undefined) === (old === undefined)) {
    throw usage('coffer move takes new settings, or the old and the new name of one parameter');
  }
  if (old === undefined || name === undefined) return { settings, regions };
  const parameter = findParameter(manifest, old);
  const wanted = nameBelow(manifest, name);
  if (wanted !== parameter.name) refuseName(manifest, wanted);
  return { names: new Map([[parameter.name, wanted]]) };
}

/** Before the manifest is written with it: nobody would find the place of that fault. */
function refuseName(manifest: Manifest, wanted: string): void {
  const { file, parameters } = manifest;
  const fault = findNameFault(wanted, manifest);
  if (fault) throw new CofferError('usage', `${wanted}: ${fault.message}`, fault);
  const taken = parameters.find((parameter) => parameter.name === wanted);
  if (!taken) return;
  throw new CofferError('usage', `${file} already has ${wanted}`, {
    place: taken.place,
    hint: `give another name, or remove that one first: coffer unset ${shellFile(file)} ${wanted}`,
  });
}

function regionsOf({ region, regions }: MoveOptions): readonly string[] | undefined {
  if (region !== undefined && regions !== undefined) {
    throw new CofferError('usage', 'coffer move takes --region or --regions, not both');
  }
  const wanted = region === undefined ? regions : [region];
  const wrong = wanted?.find((name) => !couldBeRegion(name));
  if (wrong === undefined) return wanted;
  const meant = nearestRegion(wrong);
  throw new CofferError('usage', `not the name of a region: ${wrong === '' ? '""' : wrong}`, {
    hint: meant === undefined ? 'for example: us-east-1' : `did you mean ${meant}?`,
  });
}

function usage(message: string): CofferError {
  return new CofferError('usage', message, {
    hint: 'for example: coffer move app.yml --path /apps/new/, or coffer move app.yml token api/token',
  });
}
