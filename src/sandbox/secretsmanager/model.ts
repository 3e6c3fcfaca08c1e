import { randomBytes } from 'node:crypto';

import type { KeyRing } from '../kms/keyring.ts';
import { secretArn, type Home } from '../names.ts';
import type { Settings } from '../settings.ts';
import type { Store, Table } from '../state/store.ts';

export interface Version {
  id: string;
  /** The staging labels; a version without one is hidden, and goes in the end. */
  stages: readonly string[];
  /** The ciphertext in base64, of a SecretString or a SecretBinary. */
  sealed: string;
  isText: boolean;
  /** The key that encrypted it, as the secret named it then. */
  keyId: string;
  createdAt: number;
  accessedAt?: number;
}

export interface Tag {
  Key: string;
  Value: string;
}

export interface Replica {
  region: string;
  keyId?: string;
  status: 'InSync' | 'Failed';
  message?: string;
}

export interface Secret extends Home {
  name: string;
  arn: string;
  description?: string;
  /** As the caller named it; absent for AWS's own key. */
  keyId?: string;
  tags: readonly Tag[];
  /** Oldest first. */
  versions: readonly Version[];
  createdAt: number;
  changedAt: number;
  accessedAt?: number;
  deletion?: { at: number; due: number };
  rotation?: { isEnabled: boolean; lambda?: string; rules?: object };
  replicas: readonly Replica[];
  /** Of a replica: where its primary is. */
  primaryRegion?: string;
}

/** How many changes listings can lag behind. */
const REMEMBERED = 1000;

/** The secrets of every account and region. */
export class SecretStore {
  readonly ring: KeyRing;
  readonly #settings: () => Settings;
  readonly #secrets: Table<Secret>;
  /** The names of secrets that were deleted by force, with the calls that found them taken. */
  readonly #doomed: Table<number>;
  /** What changed secrets were before, oldest first. */
  #changes: { key: string; before: Secret | undefined }[] = [];

  constructor(store: Store, ring: KeyRing, settings: () => Settings) {
    this.ring = ring;
    this.#settings = settings;
    this.#secrets = store.table('secretsmanager.secrets');
    this.#doomed = store.table('secretsmanager.doomed');
  }

  get settings(): Settings {
    return this.#settings();
  }

  get(home: Home, name: string, now: number): Secret | undefined {
    const secret = this.#secrets.get(keyOf(home, name));
    return secret && isGone(secret, now) ? undefined : secret;
  }

  /** Stores a change that listings show. */
  save(secret: Secret): void {
    const key = keyOf(secret, secret.name);
    this.#remember(key);
    this.#secrets.set(key, secret);
    this.#doomed.delete(key);
  }

  /** Notes that a value was read. */
  touch(secret: Secret): void {
    this.#secrets.set(keyOf(secret, secret.name), secret);
  }

  delete(home: Home, name: string): void {
    const key = keyOf(home, name);
    this.#remember(key);
    this.#secrets.delete(key);
  }

  /** Deletes without recovery. AWS does that later, so the name stays taken for a while. */
  destroy(home: Home, name: string): void {
    this.delete(home, name);
    this.#doomed.set(keyOf(home, name), 0);
  }

  /** Whether a call finds the name of a destroyed secret still taken. */
  isStillTaken(home: Home, name: string): boolean {
    const key = keyOf(home, name);
    const calls = this.#doomed.get(key);
    if (calls === undefined || calls >= this.settings.forceDeleteLag) return false;
    this.#doomed.set(key, calls + 1);
    return true;
  }

  /** The secrets of a home as listings show them, which may lag behind. */
  list(home: Home, now: number): Secret[] {
    const prefix = keyOf(home, '');
    const rows = new Map<string, Secret>();
    for (const key of this.#secrets.keys(prefix)) {
      const secret = this.#secrets.get(key);
      if (secret !== undefined) rows.set(key, secret);
    }
    const changes = this.#changes.filter(({ key }) => key.startsWith(prefix)).toReversed();
    for (const { key, before } of changes.slice(0, this.settings.listLag)) {
      if (before === undefined) rows.delete(key);
      else rows.set(key, before);
    }
    return [...rows.values()].filter((secret) => !isGone(secret, now));
  }

  #remember(key: string): void {
    this.#changes.push({ key, before: this.#secrets.get(key) });
    if (this.#changes.length > REMEMBERED) this.#changes.shift();
  }
}

function keyOf({ account, region }: Home, name: string): string {
  return `${account} ${region} ${name}`;
}

function isGone({ deletion }: Secret, now: number): boolean {
  return deletion !== undefined && deletion.due <= now;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An ARN of a new secret, with the six characters that tell it from earlier ones of its name. */
export function newArn(home: Home, name: string): string {
  const suffix = [...randomBytes(6)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return secretArn(home, `${name}-${suffix}`);
}
