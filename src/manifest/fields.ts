import { refuseDataType } from './data-type.ts';
import { refusePattern } from './java-pattern.ts';
import type { Parameter, Refusal, Store, Tier } from './model.ts';
import {
  formatPolicies,
  readPolicies,
  receivePolicies,
  refusePolicies,
  sendPolicies,
} from './policies.ts';

/** Members of a parameter that follow from others, or from where it is. */
export type Derived = 'fullName' | 'typeAsWritten' | 'place';

/** All there is to know about one field of a parameter. `Value` is its member in the model. */
interface Field<Value> {
  /** Its key in YAML. A field that comes in several forms has a key for each. */
  keys: readonly [string, ...string[]];
  /** The keys of the maps in it, but for those that people choose. */
  inner?: readonly string[];
  /** The value, from what is there. Absent where reading takes more: see read/parameter.ts. */
  read?: (data: unknown) => Value;
  /** Why SSM would refuse it, whatever the parameter's value. */
  check?: (parameter: Parameter) => Refusal | undefined;
  /** Whether a new parameter may have it in several lines. */
  isProse?: true;
  /** Whether a merge takes it entry by entry, as a map; otherwise it is one thing. */
  hasEntries?: true;
  /** How SSM holds it. Absent for what SSM does not know, or knows in a way of its own. */
  ssm?: SsmField<NonNullable<Value>>;
}

/** A field that SSM holds beside the value. */
export interface SsmField<Value> {
  /** In messages and reports. */
  name: string;
  /** Its member in PutParameter, DescribeParameters and GetParameterHistory. */
  api: string;
  /** What SSM has where none is given. Written to take an old one away. */
  absent: Value;
  /** Whether a parameter for which the manifest says `value` may have any in SSM. */
  isAny?: (value: Value | undefined) => boolean;
  /** To compare and to show. The text itself, unless this says otherwise. */
  format?: (value: Value) => string;
  /** For PutParameter. The text itself, unless this says otherwise. */
  send?: (value: Value) => string;
  /** From SSM's answer. The text itself, unless this says otherwise. */
  receive?: (answer: unknown) => Value;
  /** The tier outside of which SSM does not even take `absent`. */
  onlyIn?: Tier;
}

/** A row for each field, in the order in which a new parameter has them. */
export const FIELDS = {
  name: { keys: ['name'] },
  description: {
    keys: ['description'],
    read: text,
    isProse: true,
    ssm: { name: 'description', api: 'Description', absent: '' },
  },
  type: { keys: ['type'] },
  tier: {
    keys: ['tier'],
    read: (data) => text(data) as Tier | undefined,
    ssm: {
      name: 'tier',
      api: 'Tier',
      absent: 'Standard',
      isAny: (tier) => tier === undefined || tier === 'Intelligent-Tiering',
    },
  },
  store: { keys: ['store'], read: (data) => (text(data) ?? 'auto') as Store },
  encoding: { keys: ['encoding'], read: (data) => text(data) as 'base64' | undefined },
  extension: { keys: ['extension'], read: (data) => text(data) ?? '' },
  allowedPattern: {
    keys: ['allowed_pattern'],
    read: text,
    check: refusePattern,
    ssm: { name: 'allowed pattern', api: 'AllowedPattern', absent: '' },
  },
  dataType: {
    keys: ['data_type'],
    read: text,
    check: refuseDataType,
    ssm: { name: 'data type', api: 'DataType', absent: 'text' },
  },
  policies: {
    keys: ['policies'],
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
  origin: { keys: ['file', 'generate'], inner: ['length', 'charset', 'require'] },
  content: {
    keys: ['value', 'blob'],
    inner: ['sha256', 'size', 'key', 'message_id', 'commitment', 'data', 'path'],
  },
} as const satisfies { [Member in Exclude<keyof Parameter, Derived>]: Field<Parameter[Member]> };

export type Member = keyof typeof FIELDS;

/** The fields and their members, in order. */
export const ROWS = Object.entries(FIELDS) as [Member, Field<unknown>][];

/** The keys of one parameter, in the schema's order. */
export const PARAMETER_KEYS: readonly string[] = ROWS.flatMap(([, { keys }]) => keys);

/** The settings that are one text each; their keys are their members in the model, too. */
export const TEXT_SETTINGS = ['path', 'region', 'kmskey', 'bucket'] as const;

/** The keys of a manifest, in the schema's order. */
export const TOP_KEYS: readonly string[] = [
  ...TEXT_SETTINGS,
  'tags',
  'encrypted_with',
  'data_keys',
  'parameters',
];

/** A text, or what YAML has as a number or the like, just as it is written. */
function text(data: unknown): string | undefined {
  const isScalar = ['string', 'number', 'boolean'].includes(typeof data);
  return isScalar ? String(data) : undefined;
}
