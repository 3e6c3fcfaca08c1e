import { isDay } from './age.ts';
import type { Parameter, Policy, Refusal } from './model.ts';

/** Reads the policies of a manifest, whose schema has checked their shape. */
export function readPolicies(data: unknown): readonly Policy[] | undefined {
  return Array.isArray(data) ? data.map(toPolicy) : undefined;
}

/** Why SSM would refuse a parameter's policies, beyond what the schema checks. */
export function refusePolicies({ policies = [], tier }: Parameter): Refusal | undefined {
  if (policies.length === 0) return undefined;
  if (tier !== 'Advanced' && tier !== 'Intelligent-Tiering') {
    return { message: 'policies need the tier Advanced', hint: 'write "tier: Advanced"' };
  }
  const expirations = policies.filter(({ Type }) => Type === 'Expiration');
  if (expirations.length > 1) {
    return { message: 'a parameter can have only one Expiration', hint: 'remove the others' };
  }
  const day = expirations[0]?.Attributes['Timestamp']?.slice(0, 10) ?? '';
  // The schema reports a text that is not a date at all.
  if (/^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/.test(day) && !isDay(day)) {
    return {
      message: 'the Timestamp of its Expiration is not a date',
      hint: 'correct month and day',
    };
  }
  return undefined;
}

/**
 * One line per policy. Equal policies give the same text, regardless of the order of policies and
 * keys and the format of times.
 */
export function formatPolicies(policies: readonly Policy[]): string {
  const lines = policies.map(({ Type, Version, Attributes }) => {
    const attributes = Object.entries(Attributes)
      .map(([key, text]) => [key, key === 'Timestamp' ? inUtc(text) : text] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify({ Type, Version, Attributes: Object.fromEntries(attributes) });
  });
  return lines
    .toSorted()
    .map((line) => `${line}\n`)
    .join('');
}

function inUtc(timestamp: string): string {
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? timestamp : new Date(time).toISOString();
}

/** For PutParameter. AWS documents only `[{}]` for removing all policies. */
export function sendPolicies(policies: readonly Policy[]): string {
  return policies.length === 0 ? '[{}]' : JSON.stringify(policies);
}

/** From DescribeParameters and GetParameterHistory. */
export function receivePolicies(answer: unknown): readonly Policy[] {
  const items = Array.isArray(answer) ? answer.map(toRecord) : [];
  return items.map((item) => toPolicy(parseText(item))).filter(({ Type }) => Type !== '');
}

function parseText({ PolicyText: text, PolicyType }: Readonly<Record<string, unknown>>): unknown {
  // Stand-ins for AWS may return the policy itself.
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return { Type: PolicyType };
  }
}

function toPolicy(data: unknown): Policy {
  const { Type, Version, Attributes } = toRecord(data);
  const attributes = Object.entries(toRecord(Attributes)).map(([key, value]) => [
    key,
    toText(value),
  ]);
  return {
    Type: toText(Type),
    Version: toText(Version),
    Attributes: Object.fromEntries(attributes) as Record<string, string>,
  };
}

function toRecord(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

function toText(data: unknown): string {
  return typeof data === 'string' || typeof data === 'number' ? String(data) : '';
}
