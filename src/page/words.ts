import { countOf } from '../formats/count.ts';
import type { Age } from '../manifest/age.ts';
import type { Cell, Fits, Home, State } from './model.ts';

/** How people call the states, and the marks of a plan. */
export const STATE_WORDS = {
  error: { mark: '×', word: 'not read' },
  missing: { mark: '+', word: 'missing' },
  differs: { mark: '~', word: 'differs' },
  extra: { mark: '?', word: 'extra' },
  closed: { mark: '!', word: 'closed' },
  unknown: { mark: '·', word: 'not compared' },
  same: { mark: '=', word: 'in sync' },
} as const satisfies Record<State, { mark: string; word: string }>;

export const STATE_MEANINGS = {
  error: 'AWS or the manifest could not be read',
  missing: 'in the manifest, not in AWS',
  differs: 'AWS has something else than the manifest',
  extra: 'in AWS under the path, not in the manifest',
  closed: 'in both; comparing the values needs kms:Decrypt',
  unknown: 'made without asking AWS',
  same: 'AWS matches the manifest',
} as const satisfies Record<State, string>;

export const HOME_WORDS = {
  ssm: 'SSM',
  s3: 'S3',
  secretsmanager: 'Secrets Manager',
} as const satisfies Record<Home, string>;

export const FITS_WORDS = {
  standard: 'fits tier Standard, up to 4 KB',
  advanced: 'needs tier Advanced, up to 8 KB',
  s3: 'S3, any size',
  secretsmanager: 'up to 64 KB',
} as const satisfies Record<Fits, string>;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `27 Nov 2026` of a date or a time in RFC 3339, in UTC. */
export function day(text: string): string {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  return `${Number(date)} ${MONTHS[Number(month) - 1]} ${year}`;
}

/** `27 Nov 2026, 09:30 UTC` */
export function minute(text: string): string {
  return `${day(text)}, ${text.slice(11, 16)} UTC`;
}

/** `today`, `12 days ago`; a clock that is behind does not see the future. */
export function ago(text: string, now: string): string {
  const days = daysBetween(text, now);
  return days <= 0 ? 'today' : `${countOf(days, 'day')} ago`;
}

/** The same in a narrow cell: `12 d`. */
export function shortAge(text: string, now: string): string {
  const days = daysBetween(text, now);
  return days <= 0 ? 'today' : `${days} d`;
}

function daysBetween(from: string, to: string): number {
  const [a, b] = [from, to].map((text) => Date.parse(`${text.slice(0, 10)}T00:00:00Z`));
  return Math.round(((b ?? 0) - (a ?? 0)) / 86_400_000);
}

/** When it is due: `overdue by 4 days`, `due in 12 days`, `age unknown`. */
export function dueWords({ left, state }: Age): string | undefined {
  if (state === 'unknown') return 'age unknown';
  if (left === undefined) return undefined;
  if (left === 0) return 'due today';
  return left < 0 ? `overdue by ${countOf(-left, 'day')}` : `due in ${countOf(left, 'day')}`;
}

/** Dollars a month: `$1.20`, `< $0.01`, `free`. */
export function money(dollars: number): string {
  if (dollars === 0) return 'free';
  return dollars < 0.01 ? '< $0.01' : `$${dollars.toFixed(2)}`;
}

/** The last part of an ARN: a user, or a role and its session. */
export function who(arn: string): string {
  return arn.replace(/^arn:[^/]*[:/](?:user\/|assumed-role\/|role\/)?/, '').replace(/^.*:/, '');
}

/** A VersionId is long. */
export function versionWords(version: Cell['regions'][number]['version']): string | undefined {
  if (version === undefined) return undefined;
  const text = String(version);
  return text.length > 12 ? `${text.slice(0, 8)}…` : `v${text}`;
}
