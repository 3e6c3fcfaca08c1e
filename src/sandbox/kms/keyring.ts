import { randomBytes, randomUUID } from 'node:crypto';

import { kmsArn, type Home } from '../names.ts';
import { Refusal } from '../refusal.ts';
import type { Store, Table } from '../state/store.ts';
import { keyIdsOf, invalidCiphertext, openBlob, sealBlob } from './envelope.ts';
import type { Context } from './envelope.ts';

export interface Tag {
  TagKey: string;
  TagValue: string;
}

export interface Key extends Home {
  id: string;
  arn: string;
  /** 32 bytes, base64. */
  material: string;
  description: string;
  createdAt: number;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionAt?: number;
  manager: 'CUSTOMER' | 'AWS';
  /** Whose key it is, of AWS's own. */
  service?: string;
  rotationDays?: number | undefined;
  /** Only of multi-Region keys. */
  primaryRegion?: string | undefined;
  policy?: string;
  tags: Tag[];
}

export interface Alias extends Home {
  name: string;
  arn: string;
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

/** The keys and aliases of every account and region. */
export class KeyRing {
  readonly keys: Table<Key>;
  readonly aliases: Table<Alias>;

  constructor(store: Store) {
    this.keys = store.table('kms.keys');
    this.aliases = store.table('kms.aliases');
  }

  create(home: Home, details: Partial<Key>, now: number): Key {
    const uuid = randomUUID();
    const isNew = details.primaryRegion === home.region;
    const id = details.id ?? (isNew ? `mrk-${uuid.replaceAll('-', '')}` : uuid);
    const key: Key = {
      ...home,
      id,
      arn: kmsArn(home, `key/${id}`),
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

  alias(home: Home, name: string): Alias | undefined {
    return this.aliases.get(aliasKey(home, name));
  }

  aliasesOf(key: Key): Alias[] {
    return [...this.aliases.values()].filter(
      ({ region, keyId }) => region === key.region && keyId === key.id,
    );
  }

  saveAlias(alias: Alias): void {
    this.aliases.set(aliasKey(alias, alias.name), alias);
  }

  deleteAlias(alias: Alias): void {
    this.aliases.delete(aliasKey(alias, alias.name));
  }

  /**
   * The key behind an id, a key ARN, an alias name or an alias ARN; only an ARN can name a key of
   * another account.
   */
  find(home: Home, reference: string, now: number): Key {
    const { owner, name } = locate(home, reference);
    const key = this.#named(owner, name, now);
    if (key !== undefined) return key;
    if (owner.account !== home.account) throw hidden();
    if (name.startsWith('alias/')) {
      throw new Refusal('NotFoundException', `Alias ${kmsArn(owner, name)} is not found.`);
    }
    throw new Refusal(
      'NotFoundException',
      KEY_ID.test(name)
        ? `Key '${kmsArn(owner, `key/${name}`)}' does not exist`
        : `Invalid keyId '${reference}'`,
    );
  }

  /** The same for operations that do not accept aliases. */
  findById(home: Home, reference: string, now: number): Key {
    if (locate(home, reference).name.startsWith('alias/')) {
      throw new Refusal('InvalidArnException', `Invalid keyId '${reference}'`);
    }
    return this.find(home, reference, now);
  }

  /** The same for operations that never work on keys of other accounts. */
  findOwn(home: Home, reference: string, now: number): Key {
    const key = this.findById(home, reference, now);
    if (key.account !== home.account) throw hidden();
    return key;
  }

  encrypt(key: Key, context: Context, plaintext: Buffer): Buffer {
    requireUsable(key);
    return sealBlob(key, context, plaintext);
  }

  /** The key of a blob, found by its header. */
  keyOf({ region }: Home, blob: Buffer, now: number): Key {
    const [id, multiRegionId] = keyIdsOf(blob);
    const key = this.keys.get(`${region}/${id}`) ?? this.keys.get(`${region}/${multiRegionId}`);
    if (key === undefined || gone(key, now)) throw invalidCiphertext();
    return key;
  }

  decrypt(key: Key, context: Context, blob: Buffer): Buffer {
    requireUsable(key);
    return openBlob(key.material, context, blob);
  }

  #named(owner: Home, name: string, now: number): Key | undefined {
    const alias = this.alias(owner, name) ?? this.#managed(owner, name, now);
    const key = this.keys.get(`${owner.region}/${alias?.keyId ?? name}`);
    return key === undefined || gone(key, now) || key.account !== owner.account ? undefined : key;
  }

  /** AWS's own keys are created on first use. */
  #managed(home: Home, name: string, now: number): Alias | undefined {
    const description = MANAGED[name];
    if (description === undefined) return undefined;
    const service = name.slice('alias/aws/'.length);
    const details = { description, manager: 'AWS', service, rotationDays: 365 } as const;
    const { id: keyId } = this.create(home, details, now);
    const times = { createdAt: now, updatedAt: now };
    const alias = { ...home, name, arn: kmsArn(home, name), keyId, ...times };
    this.saveAlias(alias);
    return alias;
  }
}

function aliasKey({ account, region }: Home, name: string): string {
  return `${account}/${region}/${name}`;
}

/** The owner of a key, and the part of its ARN, or its alias's, after the account. */
function locate(home: Home, reference: string): { owner: Home; name: string } {
  if (!reference.startsWith('arn:')) {
    return { owner: home, name: reference.replace(/^key\//, '') };
  }
  const [, , service, region = '', account = '', ...rest] = reference.split(':');
  if (service === 'kms' && region !== home.region) {
    throw new Refusal('NotFoundException', `Invalid arn ${region}`);
  }
  if (service !== 'kms') {
    throw new Refusal('NotFoundException', `Key '${reference}' does not exist`);
  }
  return { owner: { account, region }, name: rest.join(':').replace(/^key\//, '') };
}

/** AWS does not say whether another account has a key. */
function hidden(): Refusal {
  return new Refusal(
    'AccessDeniedException',
    'The caller is not authorized to use this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
  );
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
