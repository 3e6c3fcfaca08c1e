/** One kind of fault, for operations that match `action` (`*` matches anything). */
export interface Rule {
  /**
   * Such as `ssm:PutParameter`, `s3:*`, `*`; for `deny`, an IAM action such as `kms:ReEncryptFrom`.
   */
  action: string;
  /** Only for this caller. */
  accessKeyId?: string;
  /** Only in this region. */
  region?: string;
  /** Throttles requests above this rate. */
  perSecond?: number;
  /** The fraction of requests that fail with the service's internal error. */
  errorRate?: number;
  /** The fraction of requests whose connection breaks, half of them after the work is done. */
  resetRate?: number;
  deny?: boolean;
}

export interface Settings {
  latencyMs: number;
  seed: number;
  /** How long after its deletion a parameter's name cannot be created again. */
  recreateDelayMs: number;
  /** How PutParameter with Overwrite answers to another type. */
  typeChange: 'allow' | 'refuse';
  /**
   * What the condition key aws:SecureTransport says. The sandbox speaks plain HTTP, but only on
   * loopback, so it counts as TLS unless told.
   */
  secureTransport: boolean;
  /** Paged operations first return an empty page with a token, as AWS sometimes does. */
  emptyPages: boolean;
  /** How many calls of CreateSecret still find the name of a secret that was deleted by force. */
  forceDeleteLag: number;
  /** How many of the last changes to a region's secrets ListSecrets does not show yet. */
  listLag: number;
  rules: readonly Rule[];
}

export const DEFAULTS: Settings = {
  latencyMs: 0,
  seed: 1,
  recreateDelayMs: 30_000,
  typeChange: 'allow',
  secureTransport: true,
  emptyPages: false,
  forceDeleteLag: 1,
  listLag: 0,
  rules: [],
};

type Check = (value: unknown) => boolean;

const amount: Check = (value) => typeof value === 'number' && value >= 0 && value < Infinity;
const share: Check = (value) => amount(value) && Number(value) <= 1;
const flag: Check = (value) => typeof value === 'boolean';
const word: Check = (value) => typeof value === 'string' && value !== '';

const SETTINGS: Record<keyof Settings, Check> = {
  latencyMs: amount,
  seed: amount,
  recreateDelayMs: amount,
  typeChange: (value) => value === 'allow' || value === 'refuse',
  secureTransport: flag,
  emptyPages: flag,
  forceDeleteLag: amount,
  listLag: amount,
  rules: Array.isArray,
};

const RULE: Record<keyof Rule, Check> = {
  action: word,
  accessKeyId: word,
  region: word,
  perSecond: amount,
  errorRate: share,
  resetRate: share,
  deny: flag,
};

/** Reads settings from parsed JSON; throws an Error that names an invalid member. */
export function parseSettings(json: unknown): Settings {
  const given = checked(json, SETTINGS, 'settings');
  const settings: Settings = { ...DEFAULTS, ...(given as Partial<Settings>) };
  for (const [index, rule] of settings.rules.entries()) {
    const { action } = checked(rule, RULE, `rules[${index}]`);
    if (action === undefined) throw new Error(`rules[${index}]: action is missing`);
  }
  return settings;
}

function checked(
  json: unknown,
  members: Record<string, Check>,
  where: string,
): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${where}: expected an object`);
  }
  for (const [name, value] of Object.entries(json)) {
    const check = Object.hasOwn(members, name) ? members[name] : undefined;
    if (check === undefined) throw new Error(`${where}: unknown member ${name}`);
    if (!check(value)) throw new Error(`${where}: the value of ${name} is invalid`);
  }
  return { ...json };
}
