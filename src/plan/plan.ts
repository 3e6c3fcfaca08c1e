import { pointerOf } from '../crypto/pointer.ts';
import type { Tags } from '../manifest/model.ts';
import { compareWanted } from '../manifest/ssm-fields.ts';
import type { ObjectState } from '../stores/s3/expected.ts';
import type { PlanOptions } from './model.ts';
import type {
  Actual,
  ActualSecret,
  ActualState,
  Change,
  Desired,
  DesiredSecret,
  Difference,
  Field,
} from '../stores/model.ts';

/**
 * Compares the actual state with the desired one. Pure: the same states give the same changes,
 * sorted by name.
 * @param others full names that belong to other manifests
 */
export function planChanges(
  desired: readonly Desired[],
  actual: ActualState,
  others: ReadonlySet<string> = new Set(),
  options: PlanOptions = { prune: false, pruneTags: false },
): Change[] {
  const wanted = new Set(desired.map(({ name }) => name));
  const unnamed = [...actual.parameters.values()].filter(
    ({ name }) => !wanted.has(name) && !others.has(name),
  );
  return [
    ...desired.map((item) => planOne(item, actual, options)),
    ...unnamed.map((item) => planUnnamed(item, options)),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function planUnnamed(actual: Actual, { prune, deletion = '' }: PlanOptions): Change {
  const { name } = actual;
  const differences: Difference[] =
    prune && actual.secret
      ? [{ field: 'deletion', before: '', after: deletion, isSecret: false }]
      : [];
  return { action: prune ? 'delete' : 'extra', name, differences, actual, foreignTags: [] };
}

/** Whether a parameter of this state would be changed. */
export function wouldChange(
  desired: Desired,
  actual: Actual,
  tags: Tags,
  options: PlanOptions,
): boolean {
  const { name } = desired;
  const state = {
    parameters: new Map([[name, actual]]),
    objects: new Map<string, ObjectState>(),
    tags: new Map([[name, tags]]),
  };
  return planOne(desired, state, options).action !== 'unchanged';
}

function planOne(desired: Desired, state: ActualState, options: PlanOptions): Change {
  const { name } = desired;
  const actual = state.parameters.get(name);
  const object = state.objects.get(name);
  const isClosed =
    desired.closed === 'value' ||
    (desired.closed === 'data key' && object?.fault !== undefined) ||
    (desired.closed === 'content' && actual?.secret?.versionId !== desired.secret?.versionId);
  if (!actual) {
    const action = isClosed ? 'closed' : 'create';
    return { action, name, differences: [], desired, object, foreignTags: [] };
  }
  const tags = state.tags.get(name) ?? desired.tags;
  const foreignTags = options.pruneTags ? foreignKeys(tags, desired.tags) : [];
  const differences = [
    ...compare(desired, actual, object),
    ...compareRotation(actual, options),
    ...compareTags(tags, desired.tags, foreignTags),
  ];
  const change = { name, differences, desired, actual, object, foreignTags };
  if (isClosed) return { ...change, action: 'closed' };
  if (differences.length === 0) return { ...change, action: 'unchanged' };
  return { ...change, action: isDowngrade(desired, actual) ? 'replace' : 'update' };
}

function compare(desired: Desired, actual: Actual, object: ObjectState = {}): Difference[] {
  const differences: Difference[] = [];
  const isSecret = desired.isSecret || actual.type === 'SecureString' || isHiding(desired, actual);
  const differ = (field: Field, before: string, after: string) => {
    if (before === after) return;
    differences.push({ field, before, after, isSecret: isSecret && field === 'value' });
  };
  differ('type', actual.type, desired.type);
  // An unopened secret that should not be one already differs by its type.
  const isUnread = actual.value === undefined && actual.type !== desired.type;
  if (desired.closed !== 'value' && !isUnread) differ('value', actual.value ?? '', desired.value);
  differ('object', object.fault ?? 'present', 'present');
  if (actual.isUnlisted) return differences;
  if (desired.keyId && !isSameKey(actual.keyId ?? '', desired.keyId)) {
    differ('key', actual.keyId ?? '', desired.keyId);
  }
  for (const { field, before, after } of compareWanted(actual, desired)) {
    differ(field, before, after);
  }
  if (actual.secret && desired.secret) {
    for (const [field, before, after] of compareSecrets(actual.secret, desired.secret)) {
      differ(field, before, after);
    }
  }
  return differences;
}

/** No value is compared: a version is known by its id. */
function compareSecrets(
  actual: ActualSecret,
  desired: DesiredSecret,
): [field: Field, before: string, after: string][] {
  const { versionId = '', note, deletion } = actual;
  const isSame = versionId === desired.versionId;
  const version = note === undefined || isSame ? versionId : `${versionId} (${note})`;
  return [
    ['version', version, desired.versionId],
    ['deletion', deletion === undefined ? '' : `deleted on ${deletion}`, ''],
    ['replicas', actual.replicas.join(', '), desired.replicas.toSorted().join(', ')],
  ];
}

/** AWS would rotate the manifest's value away. */
function compareRotation({ secret }: Actual, { takeOver = false }: PlanOptions): Difference[] {
  if (!takeOver || !secret?.isRotated) return [];
  return [{ field: 'rotation', before: 'on', after: 'off', isSecret: false }];
}

/** Whether a pointer replaces text that may be the very secret now behind the pointer. */
function isHiding(desired: Desired, actual: Actual): boolean {
  return desired.object !== undefined && !pointerOf(actual);
}

/** SSM can raise a tier in place, but not lower it. */
function isDowngrade(desired: Desired, actual: Actual): boolean {
  return desired.tier === 'Standard' && actual.tier === 'Advanced' && !actual.isUnlisted;
}

/** Compares aliases or key ids, with or without their ARN; two ARNs must match whole. */
function isSameKey(a: string, b: string): boolean {
  if (a.startsWith('arn:') && b.startsWith('arn:')) return a === b;
  return bareKey(a) === bareKey(b);
}

/** An alias or id, without the ARN's prefix. */
export function bareKey(key: string): string {
  return key.replace(/^arn:[^/]*:(?:key\/)?(?=.)/, '');
}

/** AWS adds tags of its own, which cannot be removed. */
function foreignKeys(there: Tags, wanted: Tags): string[] {
  return Object.keys(there).filter((key) => !Object.hasOwn(wanted, key) && !/^aws:/i.test(key));
}

/** Only the tags that differ; other tags may stay unless they are pruned. */
function compareTags(there: Tags, wanted: Tags, foreign: readonly string[]): Difference[] {
  const keys = Object.keys(wanted).filter(
    (key) => !Object.hasOwn(there, key) || there[key] !== wanted[key],
  );
  const before = formatTags(there, [...keys, ...foreign]);
  const after = formatTags(wanted, keys);
  return before === after ? [] : [{ field: 'tags', before, after, isSecret: false }];
}

function formatTags(tags: Tags, keys: readonly string[]): string {
  return keys
    .filter((key) => Object.hasOwn(tags, key))
    .toSorted()
    .map((key) => `${key}=${tags[key]}`)
    .join(', ');
}
