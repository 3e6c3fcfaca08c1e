import type { ErrorCode } from '../errors.ts';
import type { Age } from '../manifest/age.ts';
import type { StoreName } from '../manifest/model.ts';
import type { Bill } from '../plan/cost.ts';
import type { Field, Version } from '../stores/model.ts';

/**
 * What a parameter of one environment is, from what needs attention to what does not.
 *
 * - `error`: its region or its manifest cannot be read
 * - `missing`: in the manifest, not in AWS
 * - `differs`: AWS has something else than the manifest
 * - `extra`: in AWS under the path, in no manifest
 * - `closed`: in both, but the caller may not open it to compare the values
 * - `unknown`: AWS was not asked
 * - `same`: in sync
 */
export const STATES = [
  'error',
  'missing',
  'differs',
  'extra',
  'closed',
  'unknown',
  'same',
] as const;
export type State = (typeof STATES)[number];

/** Where a value is. */
export type Home = 'ssm' | 's3' | 'secretsmanager';

/** The smallest home that a value has room in; of SSM, the tier. */
export type Fits = 'standard' | 'advanced' | Exclude<Home, 'ssm'>;

/** All environments beside each other, without any value: what the page shows and `--json` prints. */
export interface Overview {
  /** RFC 3339. */
  madeAt: string;
  /** Whether AWS was asked. */
  isCompared: boolean;
  environments: Environment[];
  /** One row for each name, sorted. */
  parameters: Row[];
  total: Totals;
}

interface Totals {
  counts: Readonly<Record<State, number>>;
  /** Parameters whose `max_age` has passed. */
  overdue: number;
  /** Secrets with a `max_age` of which nobody knows how old they are. */
  unknownAge: number;
  /** Dollars a month; a key that several environments share counts once. */
  monthly: number;
}

/** One manifest: a column. */
export interface Environment extends Totals {
  /** Unique and short, made from the file's name. */
  name: string;
  file: string;
  path: string;
  store: StoreName;
  account: string | undefined;
  regions: { region: string; problem?: ProblemInPage | undefined }[];
  /** What kept the whole environment from being read or compared. */
  problems: ProblemInPage[];
  /** HEAD of its repository, and whether the manifest differs from it. */
  commit: { id: string; isChanged: boolean } | undefined;
  /** What is paid for. */
  bill: Bill;
}

interface ProblemInPage {
  code: ErrorCode;
  message: string;
  hint?: string | undefined;
}

export interface Row {
  /** Relative to the path of its environment. */
  name: string;
  /** For the environments that have it, in their order. */
  cells: Cell[];
}

/** One parameter in one environment. */
export interface Cell {
  environment: string;
  /** That of the region which needs the most attention. */
  state: State;
  /** Its name in AWS. */
  fullName: string;
  type: string;
  description: string | undefined;
  tags: Readonly<Record<string, string>>;
  store: Home;
  tier: string | undefined;
  fits: Fits | undefined;
  /** Dollars a month in all regions; unknown where one secret holds many values. */
  monthly: number | undefined;
  age: Age | undefined;
  regions: Seen[];
}

/** One parameter in one region. */
export interface Seen {
  region: string;
  state: State;
  /** What differs. Never how: a description may say as much as a value. */
  differences: Field[];
  version: Version | undefined;
  /** When AWS got this version, RFC 3339. */
  modified: string | undefined;
  /** ARN of who wrote it. */
  user: string | undefined;
  key: string | undefined;
  /** The newest first, if they were read. */
  versions?: SeenVersion[] | undefined;
}

export interface SeenVersion {
  version: Version;
  modified: string | undefined;
  user: string | undefined;
  labels: readonly string[];
}
