import { randomBytes, randomUUID } from 'node:crypto';

import { kmsArn } from '../names.ts';
import { Refusal } from '../refusal.ts';
import type { Store, Table } from '../state/store.ts';
import { keyIdsOf, invalidCiphertext, openBlob, sealBlob } from './envelope.ts';
import type { Context } from './envelope.ts';

export interface Tag {
  TagKey: string;
  TagValue: string;
}

export interface Key {
  id: string;
  arn: string;
  region: string;
  /** 32 bytes, base64. */
  material: string;
  description: string;
  createdAt: number;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionAt?: number;
  manager: 'CUSTOMER' | 'AWS';
  rotationDays?: number | undefined;
  /** Only of multi-Region keys. */
  primaryRegion?: string | undefined;
  policy?: string;
  tags: Tag[];
}

export interface Alias {
  name: string;
  arn: string;
  region: string;
  keyId: string;
  createdAt: number;
  updatedAt: number;
}

const KEY_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const MANAGED: Readonly<Record<string, string>> = {
  'alias/aws/ssm': 'Default key that protects my SSM parameters when no other key is defined',
  'alias/aws/s3': 'Default key that protects my S3 objects when no other key is defined',
  'alias/aws/secretsmanager':
    'Default key that protects my Secrets Manager data when no other key is defined',
};

/** The keys and aliases of every region. */
export class KeyRing {
  readonly keys: Table<Key>;
  readonly aliases: Table<Alias>;

  constructor(store: Store) {
    this.keys = store.table('kms.keys');
    this.aliases = store.table('kms.aliases');
  }

  create(region: string, details: Partial<Key>, now: number): Key {
    const uuid = randomUUID();
    const isNew = details.primaryRegion === region;
    const id = details.id ?? (isNew ? `mrk-${uuid.replaceAll('-', '')}` : uuid);
    const key: Key = {
      id,
      arn: kmsArn(region, `key/${id}`),
      region,
      material: randomBytes(32).toString('base64'),
      description: '',
      createdAt: now,
      state: 'Enabled',
      manager: 'CUSTOMER',
      tags: [],
      ...details,
    };
    this.save(key);
    return key;
  }

  save(key: Key): void {
    this.keys.set(`${key.region}/${key.id}`, key);
  }

  alias(region: string, name: string): Alias | undefined {
    return this.aliases.get(`${region}/${name}`);
  }

  aliasesOf(key: Key): Alias[] {
    return [...this.aliases.values()].filter(
      ({ region, keyId }) => region === key.region && keyId === key.id,
    );
  }

  saveAlias(alias: Alias): void {
    this.aliases.set(`${alias.region}/${alias.name}`, alias);
  }

  /** The key behind an id, a key ARN, an alias name or an alias ARN. */
  find(region: string, reference: string, now: number): Key {
    const name = localName(region, reference);
    if (name.startsWith('alias/')) {
      const alias = this.alias(region, name) ?? this.#managed(region, name, now);
      if (alias === undefined) {
        throw new Refusal('NotFoundException', `Alias ${kmsArn(region, name)} is not found.`);
      }
      return this.#existing(region, alias.keyId, now);
    }
    if (!KEY_ID.test(name)) throw new Refusal('NotFoundException', `Invalid keyId '${reference}'`);
    return this.#existing(region, name, now);
  }

  /** The same for operations that do not accept aliases. */
  findById(region: string, reference: string, now: number): Key {
    if (localName(region, reference).startsWith('alias/')) {
      throw new Refusal('InvalidArnException', `Invalid keyId '${reference}'`);
    }
    return this.find(region, reference, now);
  }

  encrypt(key: Key, context: Context, plaintext: Buffer): Buffer {
    requireUsable(key);
    return sealBlob(key, context, plaintext);
  }

  /** The key of a blob, found by its header. */
  keyOf(region: string, blob: Buffer, now: number): Key {
    const [id, multiRegionId] = keyIdsOf(blob);
    const key = this.keys.get(`${region}/${id}`) ?? this.keys.get(`${region}/${multiRegionId}`);
    if (key === undefined || gone(key, now)) throw invalidCiphertext();
    return key;
  }

  decrypt(key: Key, context: Context, blob: Buffer): Buffer {
    requireUsable(key);
    return openBlob(key.material, context, blob);
  }

  #existing(region: string, id: string, now: number): Key {
    const key = this.keys.get(`${region}/${id}`);
    if (key === undefined || gone(key, now)) {
      throw new Refusal('NotFoundException', `Key '${kmsArn(region, `key/${id}`)}' does not exist`);
    }
    return key;
  }

  /** AWS's own keys are created on first use. */
  #managed(region: string, name: string, now: number): Alias | undefined {
    const description = MANAGED[name];
    if (description === undefined) return undefined;
    const key = this.create(region, { description, manager: 'AWS', rotationDays: 365 }, now);
    const alias = {
      name,
      arn: kmsArn(region, name),
      region,
      keyId: key.id,
      createdAt: now,
      updatedAt: now,
    };
    this.saveAlias(alias);
    return alias;
  }
}

/** The part of a key or alias ARN after the account; other references stay as they are. */
function localName(region: string, reference: string): string {
  if (!reference.startsWith('arn:')) return reference.replace(/^key\//, '');
  const home = kmsArn(region, '');
  if (!reference.startsWith(home)) {
    const [, , service = '', itsRegion = ''] = reference.split(':');
    throw new Refusal(
      'NotFoundException',
      service === 'kms' && itsRegion !== region
        ? `Invalid arn ${itsRegion}`
        : `Key '${reference}' does not exist`,
    );
  }
  return reference.slice(home.length).replace(/^key\//, '');
}

function gone(key: Key, now: number): boolean {
  return key.deletionAt !== undefined && key.deletionAt <= now;
}

/** Refuses the cryptographic use of a key that is disabled or pending deletion. */
export function requireUsable(key: Key): void {
  if (key.state === 'Disabled') throw new Refusal('DisabledException', `${key.arn} is disabled.`);
  requireNotPending(key);
}

export function requireNotPending(key: Key): void {
  if (key.state === 'PendingDeletion') {
    throw new Refusal('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
}
