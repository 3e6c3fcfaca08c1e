import type { CofferError } from '../errors.ts';
import { entriesOf, nameInStore } from '../manifest/entries.ts';
import type { Manifest } from '../manifest/model.ts';
import { addBills, costOf, paidKeysOf, type Bill } from '../plan/cost.ts';
import type { Change } from '../stores/model.ts';
import type { ValueVersion } from '../stores/parameter.ts';
import { cellOf, type Sighting } from './cell.ts';
import { STATES, type Cell, type Environment, type Overview, type State } from './model.ts';
import { shortNames } from '../formats/short-names.ts';

/** One manifest, and how AWS has it in each of its regions. */
export interface Survey {
  manifest: Manifest;
  commit: Environment['commit'];
  /** What kept the manifest from being opened or compared as a whole. */
  problems: readonly CofferError[];
  regions: readonly Region[];
}

export interface Region {
  region: string;
  /** Absent if it was not read. */
  changes?: readonly Change[] | undefined;
  /** Why it could not be read. */
  problem?: CofferError | undefined;
  /** By full name, oldest first, if they were read. */
  versions?: ReadonlyMap<string, readonly ValueVersion[]> | undefined;
}

/** With the changes by full name. */
type Place = Omit<Region, 'changes'> & { changes: ReadonlyMap<string, Change> };

interface Column {
  environment: Environment;
  cells: ReadonlyMap<string, Cell>;
  keys: readonly string[];
}

/** Puts environments beside each other. Pure: the same surveys and time give the same overview. */
export function buildOverview(
  surveys: readonly Survey[],
  { now, isCompared }: { now: Date; isCompared: boolean },
): Overview {
  const names = shortNames(surveys.map(({ manifest }) => manifest.file));
  const columns = surveys.map((survey, i) => columnOf(survey, names[i] ?? '', now));
  const rows = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))].toSorted();
  const environments = columns.map(({ environment }) => environment);
  const shared = new Set(columns.flatMap(({ keys }) => keys));
  const bill = { ...addBills(environments.map((one) => one.bill)), key: shared.size };
  return {
    madeAt: now.toISOString(),
    isCompared,
    environments,
    parameters: rows.map((name) => ({
      name,
      cells: columns.flatMap(({ cells }) => cells.get(name) ?? []),
    })),
    total: {
      counts: countStates(columns.flatMap(({ cells }) => [...cells.values()])),
      overdue: environments.reduce((sum, one) => sum + one.overdue, 0),
      unknownAge: environments.reduce((sum, one) => sum + one.unknownAge, 0),
      monthly: costOf(bill),
    },
  };
}

function columnOf(survey: Survey, name: string, now: Date): Column {
  const { manifest, commit, problems, regions } = survey;
  const { file, path, store, account } = manifest;
  const places = regions.map((region) => ({
    ...region,
    changes: new Map((region.changes ?? []).map((change) => [change.name, change])),
  }));
  const found = [...declared(manifest, places), ...undeclared(manifest, places)];
  const bills: Bill[] = [];
  const cells = new Map<string, Cell>();
  for (const sighting of found) {
    const { cell, bill } = cellOf(manifest, sighting, name, now);
    cells.set(sighting.name, cell);
    bills.push(bill);
  }
  const keys = paidKeysOf(manifest);
  const bill = addBills([...bills, { key: keys.length }]);
  const all = [...cells.values()];
  const environment = {
    name,
    file,
    path,
    store,
    account,
    regions: regions.map(({ region, problem }) => ({ region, problem: describe(problem) })),
    problems: problems.flatMap((problem) => describe(problem) ?? []),
    commit,
    bill,
    counts: countStates(all),
    overdue: all.filter(({ age }) => age?.state === 'overdue').length,
    unknownAge: all.filter(({ age }) => age?.state === 'unknown').length,
    monthly: costOf(bill),
  };
  return { environment, cells, keys };
}

/** What the manifest has. One secret that holds several values is paid for with the first. */
function declared(manifest: Manifest, regions: readonly Place[]): Sighting[] {
  return entriesOf(manifest).flatMap(({ name: fullName, parameters }) =>
    parameters.map((parameter, i) => ({
      name: parameter.name,
      fullName,
      parameter,
      isOneOfSeveral: manifest.secret !== undefined,
      isPaidFor: i === 0,
      regions: regions.map((region) => seenIn(region, fullName)),
    })),
  );
}

/** What only AWS has. */
function undeclared(manifest: Manifest, regions: readonly Place[]): Sighting[] {
  const { store, path } = manifest;
  const prefix = nameInStore(store, path);
  const all = regions.flatMap(({ changes }) => [...changes.values()]);
  // It is not missing where AWS does not have it.
  const seen = (name: string) =>
    regions.filter(({ changes }) => changes.has(name)).map((place) => seenIn(place, name));
  const extra = new Set(all.filter(({ desired }) => !desired).map(({ name }) => name));
  const whole = [...extra].map((fullName) => ({
    name: fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName,
    fullName,
    isOneOfSeveral: false,
    isPaidFor: true,
    regions: seen(fullName),
  }));
  const inSecret = all.flatMap(({ name: fullName, values }) =>
    (values?.removed ?? []).map((name) => ({
      name,
      fullName,
      isOneOfSeveral: true,
      isPaidFor: false,
      regions: seen(fullName),
    })),
  );
  return [...whole, ...inSecret];
}

function seenIn(place: Place, fullName: string): Sighting['regions'][number] {
  return {
    region: place.region,
    isUnread: place.problem !== undefined,
    change: place.changes.get(fullName),
    versions: place.versions?.get(fullName),
  };
}

function describe(problem: CofferError | undefined) {
  if (!problem) return undefined;
  const { code, message, hint } = problem;
  return { code, message, hint };
}

function countStates(cells: readonly Cell[]): Record<State, number> {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  for (const { state } of cells) counts[state] += 1;
  return counts;
}
