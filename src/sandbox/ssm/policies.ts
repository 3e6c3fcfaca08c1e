import { invalid, Refusal } from '../refusal.ts';

const MAX_POLICIES = 10;

/** The allowed attributes of each type. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  Expiration: {
    Timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d(:\d\d)?)$/,
  },
  ExpirationNotification: { Before: /^[1-9]\d*$/, Unit: /^(Days|Hours)$/ },
  NoChangeNotification: { After: /^[1-9]\d*$/, Unit: /^(Days|Hours)$/ },
};

/** A policy as received, and as returned. */
export interface Policy {
  type: string;
  text: string;
}

/**
 * The policies in PutParameter's `Policies`; undefined keeps the old ones, and `[{}]` removes them.
 */
export function parsePolicies(text: string, now: number): Policy[] | undefined {
  if (text.trim() === '') return undefined;
  const items = parseList(text).filter((item) => Object.keys(item).length > 0);
  if (items.length > MAX_POLICIES) {
    throw new Refusal(
      'PoliciesLimitExceededException',
      `You specified more than the maximum number of allowed policies for the parameter. The maximum is ${MAX_POLICIES}.`,
    );
  }
  const policies = items.map((item) => toPolicy(item, now));
  if (policies.filter(({ type }) => type === 'Expiration').length > 1) {
    throw new Refusal(
      'IncompatiblePolicyException',
      "There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter. Review your policies, and try again.",
    );
  }
  return policies;
}

type Item = Readonly<Record<string, unknown>>;

function parseList(text: string): Item[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  if (Array.isArray(list) && list.every((item) => isItem(item))) return list;
  throw invalid(`Invalid policies input: ${text}.`);
}

function isItem(data: unknown): data is Item {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function toPolicy(item: Item, now: number): Policy {
  const { Type, Version, Attributes } = item;
  const type = typeof Type === 'string' ? Type : '';
  const wanted = Object.hasOwn(ATTRIBUTES, type) ? ATTRIBUTES[type] : undefined;
  if (wanted === undefined) {
    throw new Refusal(
      'InvalidPolicyTypeException',
      "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, ExpirationNotification, and NoChangeNotification.",
    );
  }
  const given = isItem(Attributes) ? Attributes : {};
  const isWhole =
    Version === '1.0' &&
    Object.keys(given).length === Object.keys(wanted).length &&
    Object.entries(wanted).every(([key, pattern]) => pattern.test(String(given[key])));
  const isPast = type === 'Expiration' && !(Date.parse(String(given['Timestamp'])) > now);
  if (!isWhole || isPast) {
    throw new Refusal(
      'InvalidPolicyAttributeException',
      'A policy attribute or its value is invalid.',
    );
  }
  return { type, text: JSON.stringify(item) };
}
