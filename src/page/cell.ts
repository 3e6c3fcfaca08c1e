import { parseInline, sizesOfInline } from '../crypto/inline.ts';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { ageOf, dayOf } from '../manifest/age.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { addBills, billOf, costOf, type Bill } from '../plan/cost.ts';
import { STANDARD_BYTES } from '../seal/limits.ts';
import type { Actual, Change, Desired } from '../stores/model.ts';
import type { ValueVersion } from '../stores/parameter.ts';
import { STATES, type Cell, type Fits, type Home, type Seen, type State } from './model.ts';

/** One parameter of one environment: what the manifest says, and what AWS has in each region. */
export interface Sighting {
  /** Relative to the manifest's path. */
  name: string;
  /** In its store. */
  fullName: string;
  /** Absent if only AWS has it. */
  parameter?: Parameter | undefined;
  /** Whether one secret in AWS holds it together with others. */
  isOneOfSeveral: boolean;
  isPaidFor: boolean;
  regions: readonly {
    region: string;
    isUnread: boolean;
    change: Change | undefined;
    versions: readonly ValueVersion[] | undefined;
  }[];
}

/** The cell, and what is paid for it. */
export function cellOf(
  manifest: Manifest,
  sighting: Sighting,
  environment: string,
  now: Date,
): { cell: Cell; bill: Bill } {
  const { fullName, parameter, isOneOfSeveral, isPaidFor } = sighting;
  const regions = sighting.regions.map((region) => seen(sighting, region));
  const desired = sighting.regions.find(({ change }) => change?.desired)?.change?.desired;
  const actual = sighting.regions.find(({ change }) => change?.actual)?.change?.actual;
  const store = storeOf(manifest, parameter, actual);
  const tier = store === 'secretsmanager' ? undefined : tierOf(parameter, actual);
  const bill = addBills(
    sighting.regions.map(({ change }) =>
      billOf({
        store,
        tier: tierOf(parameter, change?.actual),
        size: sizeOfObject(parameter),
        copies: change?.actual?.secret?.replicas.length ?? manifest.replicas.length,
      }),
    ),
  );
  const cell = {
    environment,
    state: worst(regions.map(({ state }) => state)),
    fullName,
    type: parameter?.type ?? actual?.type ?? '',
    description: parameter ? parameter.description : actual?.description || undefined,
    tags: parameter?.tags ?? {},
    store,
    tier,
    fits: fitsOf(store, tier, parameter, desired),
    monthly: isOneOfSeveral ? undefined : costOf(bill),
    age: parameter && ageOf(manifest, parameter, dayOf(now)),
    regions,
  };
  return { cell, bill: isPaidFor ? bill : {} };
}

function seen(sighting: Sighting, at: Sighting['regions'][number]): Seen {
  const { change, region, versions } = at;
  const { actual, desired } = change ?? {};
  return {
    region,
    state: stateOf(sighting, at),
    differences: differencesOf(sighting, change),
    version: actual?.version,
    modified: actual?.modified?.toISOString(),
    user: actual?.user,
    key: actual?.keyId ?? desired?.keyId,
    versions: versions?.toReversed().map(({ version, modified, user, labels }) => ({
      version,
      modified: modified?.toISOString(),
      user,
      labels,
    })),
  };
}

function stateOf(sighting: Sighting, { change, isUnread }: Sighting['regions'][number]): State {
  if (!change) return isUnread ? 'error' : 'unknown';
  if (!sighting.parameter) return 'extra';
  if (!change.actual) return 'missing';
  const isDifferent = differencesOf(sighting, change).length > 0;
  switch (change.action) {
    case 'extra':
    case 'delete':
      return 'extra';
    case 'closed':
      return isDifferent ? 'differs' : 'closed';
    case 'unchanged':
    case 'create':
    case 'update':
    case 'replace':
      return isDifferent ? 'differs' : 'same';
  }
}

/** Of one value among several in a secret, the version differs only if that value does. */
function differencesOf(
  { name, isOneOfSeveral }: Sighting,
  change: Change | undefined,
): Seen['differences'] {
  const fields = (change?.differences ?? []).map(({ field }) => field);
  const values = change?.values;
  if (!isOneOfSeveral || !values) return fields;
  const isChanged = [...values.added, ...values.changed].includes(name);
  return fields.filter((field) => field !== 'version' || isChanged);
}

function worst(states: readonly State[]): State {
  return STATES.find((state) => states.includes(state)) ?? 'unknown';
}

function storeOf(
  { store }: Manifest,
  parameter: Parameter | undefined,
  actual: Actual | undefined,
): Home {
  if (store === 'secretsmanager') return store;
  if (parameter) return parameter.content.kind === 'blob' ? 's3' : 'ssm';
  return actual && pointerOf(actual) ? 's3' : 'ssm';
}

function tierOf(parameter: Parameter | undefined, actual: Actual | undefined): string {
  return actual?.tier ?? parameter?.tier ?? 'Standard';
}

/** Bytes in S3; unknown for what only AWS has. */
function sizeOfObject(parameter: Parameter | undefined): number | undefined {
  return parameter?.content.kind === 'blob' ? parameter.content.blob.size : undefined;
}

/** The smallest home for the value: as much as its ciphertext shows everybody, and less. */
function fitsOf(
  store: Home,
  tier: string | undefined,
  parameter: Parameter | undefined,
  desired: Desired | undefined,
): Fits | undefined {
  if (store !== 'ssm') return store;
  if (!parameter || tier === 'Standard') return tier === 'Standard' ? 'standard' : undefined;
  const most = mostBytes(parameter, desired);
  if (most === undefined) return undefined;
  return most <= STANDARD_BYTES ? 'standard' : 'advanced';
}

function mostBytes({ content }: Parameter, desired: Desired | undefined): number | undefined {
  switch (content.kind) {
    case 'sealed': {
      const inline = parseInline(content.text);
      return inline && sizesOfInline(inline).most;
    }
    case 'plain':
      return Buffer.byteLength(content.text);
    // What KMS itself encrypts is never larger.
    case 'psyml':
      return STANDARD_BYTES;
    case 'blob':
      return content.blob.size - TAG_BYTES;
    case 'absent':
      return desired && !desired.isSecret ? Buffer.byteLength(desired.value) : undefined;
  }
}
