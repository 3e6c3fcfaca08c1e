import { CofferError } from '../../errors.ts';
import { both, either, unite, type Condition } from './condition.ts';
import { RIGHTS, type Role } from './roles.ts';
import { placesOf, SCOPE_NAMES, type Place, type Scope } from './scopes.ts';
import type { Subject } from './subject.ts';

/** Actions allowed in one place. */
export interface Grant {
  scope: Scope;
  actions: readonly string[];
  place: Place;
}

/** A statement of an IAM policy. */
export interface Statement {
  Sid: string;
  Effect: 'Allow';
  Action: readonly string[];
  Resource: readonly string[];
  Condition?: Condition;
}

/**
 * What a role needs for one manifest.
 * @throws CofferError `usage` if the role cannot work on it
 */
export function grantsOf(role: Role, subject: Subject): Grant[] {
  const { may, carries, opensNothingFor = [] } = RIGHTS[role];
  const { store } = subject.manifest;
  if (role === 'ci-no-decrypt' && store === 'secretsmanager') throw needsValues(subject);
  const idle: readonly Scope[] = opensNothingFor.includes(store) ? OPENING : [];
  const actions = new Map<Scope, Set<string>>(
    SCOPE_NAMES.map((scope) => [scope, new Set(idle.includes(scope) ? [] : may[scope])]),
  );
  const { manifest } = subject;
  for (const [home, to] of carries) {
    // Only import carries data keys from AWS to git, and it reads the first region.
    if (home === 'ObjectKeys' && manifest.region !== manifest.regions[0]) continue;
    const from =
      home === 'SealedBlobs' && to === 'ObjectKeys' && subject.replica ? 'BlobReplicas' : home;
    const [source] = placesOf(from, subject);
    const [target] = placesOf(to, subject);
    if (!source || !target) continue;
    // ReEncrypt works within a region; across regions, the data key must be opened.
    const isNear = source.key?.region === target.key?.region;
    if (!isNear && role === 'ci-no-decrypt') {
      if (manifest.regions.length === 1) throw farApart(subject);
      continue;
    }
    actions.get(from)?.add(isNear ? 'kms:ReEncryptFrom' : 'kms:Decrypt');
    actions.get(to)?.add(isNear ? 'kms:ReEncryptTo' : 'kms:Encrypt');
  }
  return [...actions].flatMap(([scope, names]) =>
    names.size === 0
      ? []
      : placesOf(scope, subject).map((place) => ({ scope, actions: [...names].toSorted(), place })),
  );
}

/** The scopes of what opens the values in git. */
const OPENING: readonly Scope[] = ['SealedValues', 'SealedBlobs', 'PsymlValues'];

/** What Secrets Manager gets is the value itself. */
function needsValues({ manifest }: Subject): CofferError {
  return new CofferError(
    'usage',
    `${manifest.file} goes to Secrets Manager, which takes kms:Decrypt on the file key to write`,
    { hint: 'use --for ci; --for ci-diff needs no kms:Decrypt' },
  );
}

function farApart({ manifest, fileKey }: Subject): CofferError {
  return new CofferError(
    'usage',
    `${manifest.file} is encrypted in ${fileKey.region} and published in ${manifest.region}: without kms:Decrypt, data keys cannot move between regions`,
    { hint: 'use --for ci, or a file key in the same region' },
  );
}

/** The fewest statements that allow exactly all grants. */
export function toStatements(grants: readonly Grant[]): Statement[] {
  const merged: Grant[] = [];
  for (const grant of grants.toSorted((a, b) => order(a) - order(b))) {
    const wanted = { ...grant, place: withKey(grant.place) };
    const joined = merged.map((other) => join(other, wanted));
    const at = joined.findIndex((each) => each !== undefined);
    merged.splice(at < 0 ? merged.length : at, 1, joined[at] ?? wanted);
  }
  const counts = new Map<Scope, number>();
  return merged.map(({ scope, actions, place: { resources, condition } }) => {
    const count = (counts.get(scope) ?? 0) + 1;
    counts.set(scope, count);
    return {
      Sid: count === 1 ? scope : `${scope}${count}`,
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(Object.keys(condition).length > 0 && { Condition: condition }),
    };
  });
}

function order({ scope }: Grant): number {
  return SCOPE_NAMES.indexOf(scope);
}

function withKey({ resources, condition, key }: Place): Place {
  return { resources, condition: key ? both(key.condition, condition) : condition };
}

/** One grant for both, if it allows no more than they do. */
function join(one: Grant, other: Grant): Grant | undefined {
  const { resources, condition } = one.place;
  if (one.scope !== other.scope || !isSame(one.actions, other.actions)) return undefined;
  if (isSame(resources, other.place.resources)) {
    const united = either(condition, other.place.condition);
    return united && { ...one, place: { resources, condition: united } };
  }
  if (!isSame(condition, other.place.condition)) return undefined;
  return { ...one, place: { resources: unite(resources, other.place.resources), condition } };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
