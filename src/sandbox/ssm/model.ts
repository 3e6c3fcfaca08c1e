import type { Call } from '../access.ts';
import { resourceTags, type Facts } from '../iam/facts.ts';
import type { KeyRing } from '../kms/keyring.ts';
import { parameterArn, type Home } from '../names.ts';
import { Refusal } from '../refusal.ts';
import type { Policy } from './policies.ts';
import type { Settings } from '../settings.ts';
import { compareUtf8 } from '../state/store.ts';
import type { Store, Table } from '../state/store.ts';

export const TYPES = ['SecureString', 'StringList', 'String'] as const;
export const TIERS = ['Standard', 'Advanced', 'Intelligent-Tiering'] as const;

export type Type = (typeof TYPES)[number];

export interface Tag {
  Key: string;
  Value: string;
}

export interface Version {
  number: number;
  type: Type;
  /** For a SecureString, its ciphertext in base64. */
  value: string;
  keyId?: string;
  description?: string;
  allowedPattern?: string;
  dataType: string;
  policies?: readonly Policy[];
  tier: 'Standard' | 'Advanced';
  labels: string[];
  modifiedAt: number;
  modifiedBy: string;
}

export interface Parameter extends Home {
  name: string;
  tags: Tag[];
  /** All versions that are kept, oldest first. */
  latest: Version;
  versions: Version[];
}

/** The parameters of every account and region. */
export class ParameterStore {
  readonly ring: KeyRing;
  readonly #settings: () => Settings;
  readonly #parameters: Table<Parameter>;
  readonly #deletions: Table<number>;

  constructor(store: Store, ring: KeyRing, settings: () => Settings) {
    this.ring = ring;
    this.#settings = settings;
    this.#parameters = store.table('ssm.parameters');
    this.#deletions = store.table('ssm.deletions');
  }

  get settings(): Settings {
    return this.#settings();
  }

  get(home: Home, name: string): Parameter | undefined {
    return this.#parameters.get(keyOf(home, name));
  }

  save(parameter: Parameter): void {
    const key = keyOf(parameter, parameter.name);
    this.#parameters.set(key, parameter);
    this.#deletions.delete(key);
  }

  delete(home: Home, name: string, now: number): boolean {
    const key = keyOf(home, name);
    if (!this.#parameters.has(key)) return false;
    this.#parameters.delete(key);
    this.#deletions.set(key, now);
    return true;
  }

  recentlyDeleted(home: Home, name: string, now: number): boolean {
    const deletedAt = this.#deletions.get(keyOf(home, name));
    return deletedAt !== undefined && now - deletedAt < this.settings.recreateDelayMs;
  }

  /** Sorted by name. */
  *list(home: Home): Generator<Parameter> {
    for (const key of this.#parameters.keys(keyOf(home, ''))) {
      const parameter = this.#parameters.get(key);
      if (parameter !== undefined) yield parameter;
    }
  }
}

function keyOf({ account, region }: Home, name: string): string {
  return `${account} ${region} ${name}`;
}

export const byName = compareUtf8;

/** AWS sends no message with this error. */
export function parameterNotFound(): Refusal {
  return new Refusal('ParameterNotFound', '');
}

/**
 * The parameter of a name; refuses a caller who may not do `action` on it.
 * @param tags what the request says of tags
 */
export function permitted(
  store: ParameterStore,
  call: Call,
  action: string,
  name: string,
  tags: Facts = {},
): Parameter | undefined {
  const parameter = store.get(call.home, name);
  const facts = { ...resourceTags(namedTags(parameter?.tags ?? [])), ...tags };
  call.require(action, parameterArn(call.home, name), facts);
  return parameter;
}

/** Tags as conditions see them. */
export function namedTags(tags: readonly Tag[]): [name: string, value: string][] {
  return tags.map(({ Key, Value }) => [Key, Value]);
}
