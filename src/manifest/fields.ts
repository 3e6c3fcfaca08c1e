import { refuseChanged, refuseMaxAge } from './age.ts';
import { refuseDataType } from './data-type.ts';
import { refusePattern } from './java-pattern.ts';
import type { Parameter, Refusal, Store, StoreName, Tier } from './model.ts';
import {
  formatPolicies,
  readPolicies,
  receivePolicies,
  refusePolicies,
  sendPolicies,
} from './policies.ts';

/** Members of a parameter that derive from other members or from its position. */
export type Derived = 'fullName' | 'typeAsWritten' | 'place';

/** Everything about one field of a parameter. `Value` is its member in the model. */
interface Field<Value> {
  /** Its keys in YAML: one per form of the field. */
  keys: readonly [string, ...string[]];
  /** The keys of the maps in it, except those that people choose. */
  inner?: readonly string[];
  /** Reads the value. Absent if reading needs more: see read/parameter.ts. */
  read?: (data: unknown) => Value;
  /** Why SSM would refuse it, regardless of the parameter's value. */
  check?: (parameter: Parameter) => Refusal | undefined;
  /** The only store that knows it. */
  onlyFor?: StoreName;
  /** Whether a new parameter may write it on several lines. */
  isProse?: true;
  /** A date that coffer writes: without quotes in block style, and never shared by an alias. */
  isStamp?: true;
  /** Whether a merge works on its entries, as a map; otherwise on the whole. */
  hasEntries?: true;
  /** How SSM stores it. Absent if SSM does not store it as a separate field. */
  ssm?: SsmField<NonNullable<Value>>;
}

/** A field that SSM stores beside the value. */
export interface SsmField<Value> {
  /** Its name in messages and reports. */
  name: string;
  /** Its member in PutParameter, DescribeParameters and GetParameterHistory. */
  api: string;
  /** SSM's default. Written to remove an old value. */
  absent: Value;
  /** Whether `value` in the manifest accepts any actual value in SSM. */
  isAny?: (value: Value | undefined) => boolean;
  /** Formats it for comparison and display. Default: the text itself. */
  format?: (value: Value) => string;
  /** Converts it for PutParameter. Default: the text itself. */
  send?: (value: Value) => string;
  /** Converts it from SSM's answer. Default: the text itself. */
  receive?: (answer: unknown) => Value;
  /** The only tier in which SSM accepts `absent`. */
  onlyIn?: Tier;
}

/** One row per field, in the order of a new parameter's keys. */
export const FIELDS = {
  name: { keys: ['name'] },
  description: {
    keys: ['description'],
    read: text,
    isProse: true,
    ssm: {
      name: 'description',
      api: 'Description',
      absent: '',
      // Others keep theirs there, such as chamber its version.
      isAny: (description) => description === undefined,
    },
  },
  type: { keys: ['type'] },
  tier: {
    keys: ['tier'],
    onlyFor: 'ssm',
    read: (data) => text(data) as Tier | undefined,
    ssm: {
      name: 'tier',
      api: 'Tier',
      absent: 'Standard',
      isAny: (tier) => tier === undefined || tier === 'Intelligent-Tiering',
    },
  },
  store: {
    keys: ['store'],
    read: (data) => (text(data) ?? 'auto') as Store,
    check: refuseOwnStore,
    onlyFor: 'ssm',
  },
  encoding: { keys: ['encoding'], read: (data) => text(data) as 'base64' | undefined },
  extension: { keys: ['extension'], read: (data) => text(data) ?? '', onlyFor: 'ssm' },
  allowedPattern: {
    keys: ['allowed_pattern'],
    onlyFor: 'ssm',
    read: text,
    check: refusePattern,
    ssm: { name: 'allowed pattern', api: 'AllowedPattern', absent: '' },
  },
  dataType: {
    keys: ['data_type'],
    onlyFor: 'ssm',
    read: text,
    check: refuseDataType,
    ssm: { name: 'data type', api: 'DataType', absent: 'text' },
  },
  policies: {
    keys: ['policies'],
    onlyFor: 'ssm',
    inner: ['Type', 'Version', 'Attributes', 'Timestamp', 'Before', 'After', 'Unit'],
    read: readPolicies,
    check: refusePolicies,
    ssm: {
      name: 'policies',
      api: 'Policies',
      absent: [],
      format: formatPolicies,
      send: sendPolicies,
      receive: receivePolicies,
      onlyIn: 'Advanced',
    },
  },
  tags: { keys: ['tags'], hasEntries: true },
  maxAge: { keys: ['max_age'], read: text, check: refuseMaxAge },
  changed: { keys: ['changed'], isStamp: true, read: text, check: refuseChanged },
  origin: { keys: ['file', 'generate'], inner: ['length', 'charset', 'require'] },
  content: {
    keys: ['value', 'blob'],
    inner: [
      'sha256',
      'size',
      'key',
      'binding',
      'commit',
      'message_id',
      'commitment',
      'recovery',
      'data',
      'path',
    ],
  },
} as const satisfies { [Member in Exclude<keyof Parameter, Derived>]: Field<Parameter[Member]> };

export type Member = keyof typeof FIELDS;

/** The fields and their members, in order. */
export const ROWS = Object.entries(FIELDS) as [Member, Field<unknown>][];

/** The keys of one parameter, in the schema's order. */
export const PARAMETER_KEYS: readonly string[] = ROWS.flatMap(([, { keys }]) => keys);

/** The settings that are single texts; their keys equal their members in the model. */
export const TEXT_SETTINGS = [
  'path',
  'region',
  'kmskey',
  'bucket',
  'account',
  'store',
  'secret',
  'description',
] as const;
export type TextSetting = (typeof TEXT_SETTINGS)[number];

/** The keys of a manifest, in the schema's order. */
export const TOP_KEYS: readonly string[] = [
  ...TEXT_SETTINGS,
  'replicas',
  'regions',
  'tags',
  'max_age',
  'recovery',
  'encrypted_with',
  'data_keys',
  'parameters',
];

function refuseOwnStore({ store }: { store: string }): Refusal | undefined {
  return store === 'secretsmanager'
    ? {
        message: 'one parameter alone cannot go to Secrets Manager',
        hint: 'write "store: secretsmanager" at the top, for all parameters, or use a manifest of its own',
      }
    : undefined;
}

/** The source text of a scalar, also of a number or boolean. */
function text(data: unknown): string | undefined {
  const isScalar = ['string', 'number', 'boolean'].includes(typeof data);
  return isScalar ? String(data) : undefined;
}
