import type { Manifest, Parameter, Refusal } from './model.ts';

/** A secret that is due within these days is due soon. */
const SOON_DAYS = 14;

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_OF_UNIT: Readonly<Record<string, number>> = { d: 1, w: 7, y: 365 };

/**
 * How old a secret is. Days are calendar days in UTC, written `2026-11-27`, whose order is that of
 * their texts.
 */
export interface Age {
  /** As written, such as `90d`; undefined without a limit. */
  maxAge: string | undefined;
  /** The day on which its value was last changed, if that is known. */
  changed: string | undefined;
  /** Days since then; undefined if that is not known. */
  days: number | undefined;
  /** The last day on which it is not overdue; undefined without a limit or a known age. */
  due: string | undefined;
  /** Days until it is due; negative if it is overdue. */
  left: number | undefined;
  /** Whether `today` is after `due`. */
  overdue: boolean;
  /** `soon`: due within 14 days. `unknown`: it has a limit, but nobody knows how old it is. */
  state: 'overdue' | 'soon' | 'unknown' | 'ok';
}

/**
 * The age of a parameter. Undefined if it has neither a maximum age nor a day of its last change,
 * or is no secret.
 * @param today a day, such as `dayOf(new Date())`
 */
export function ageOf(
  manifest: Pick<Manifest, 'maxAge'>,
  parameter: Parameter,
  today: string,
): Age | undefined {
  const maxAge = maxAgeOf(manifest, parameter);
  const { type, changed } = parameter;
  if (type !== 'SecureString' || (maxAge === undefined && changed === undefined)) return undefined;
  const none = { days: undefined, due: undefined, left: undefined, overdue: false };
  // A day in the future says nothing: coffer check reports it.
  if (changed === undefined || changed > today) {
    const state = maxAge === undefined ? 'ok' : 'unknown';
    return { maxAge, changed, ...none, state };
  }
  const days = daysBetween(changed, today);
  if (maxAge === undefined) return { maxAge, changed, ...none, days, state: 'ok' };
  const left = daysIn(maxAge) - days;
  const due = dayOf(new Date(Date.parse(changed) + daysIn(maxAge) * DAY_MS));
  const state = left < 0 ? 'overdue' : left <= SOON_DAYS ? 'soon' : 'ok';
  return { maxAge, changed, days, due, left, overdue: left < 0, state };
}

/** The maximum age of a secret: its own, or that of all secrets of the manifest. */
export function maxAgeOf(
  manifest: Pick<Manifest, 'maxAge'>,
  { type, maxAge }: Pick<Parameter, 'type' | 'maxAge'>,
): string | undefined {
  if (type !== 'SecureString') return undefined;
  const written = maxAge ?? manifest.maxAge;
  return written === 'never' ? undefined : written;
}

/** The calendar day in UTC of a time. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Whether a text such as `2026-02-30`, whose form is right, is a day of the calendar. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time)) === text;
}

/** Why a parameter cannot have a maximum age: coffer does not write what is not a secret. */
export function refuseMaxAge({ type }: Parameter): Refusal | undefined {
  return type === 'SecureString'
    ? undefined
    : {
        message: `a ${type} has no max_age: coffer does not know when its value changes`,
        hint: 'remove it, or make the parameter a SecureString',
      };
}

/** Why the day of the last change cannot be right, beyond what the schema checks. */
export function refuseChanged({ type, changed = '' }: Parameter): Refusal | undefined {
  if (type !== 'SecureString') {
    return { message: `"changed" is only for a SecureString`, hint: 'remove it' };
  }
  const hasForm = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(changed);
  return hasForm && !isDay(changed)
    ? { message: `"changed" is not a day of the calendar`, hint: 'correct month and day' }
    : undefined;
}

const UNITS: readonly (readonly [words: RegExp, unit: string])[] = [
  [/^(?:d|days?)?$/i, 'd'],
  [/^(?:w|wks?|weeks?)$/i, 'w'],
  [/^(?:y|yrs?|years?)$/i, 'y'],
];

/** What somebody probably means by a text that is no maximum age. */
export function hintForMaxAge(text: string, { isOfAll }: { isOfAll: boolean }): string | undefined {
  if (isOfAll && /^never$/i.test(text)) {
    return 'remove the line: without it, only secrets with a max_age of their own become overdue';
  }
  const [, number = '', word = ''] = /^0*([1-9]\d{0,2})\s*([A-Za-z]*)$/.exec(text) ?? [];
  if (number === '') return undefined;
  const unit = UNITS.find(([words]) => words.test(word))?.[1];
  // Nobody means more than 99 years.
  if (unit !== undefined && !(unit === 'y' && number.length > 2)) {
    return `did you mean ${number}${unit}?`;
  }
  if (/^(?:m|mo|mon|months?)$/i.test(word)) {
    const minutes = word.toLowerCase() === 'm' ? ', and there are no minutes' : '';
    return `months are not all as long: write ${Number(number) * 30}d${minutes}`;
  }
  return /^(?:h|hours?|min|minutes?|s|seconds?)$/i.test(word)
    ? 'the shortest is a day: 1d'
    : undefined;
}

/** The same for the day of the last change. */
export function hintForChanged(text: string): string {
  const [, year, month, day] =
    /^(\d{4})(\d\d)(\d\d)$/.exec(text) ??
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(text) ??
    [];
  const [, late, middle, last] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text) ?? [];
  const found = [year ?? last, month ?? middle, day ?? late].map((part = '') =>
    part.padStart(2, '0'),
  );
  const written = found.join('-');
  if (/^\d{4}-\d\d-\d\d$/.test(written) && isDay(written)) return `did you mean ${written}?`;
  return 'write the day on which its value was last changed, or remove the line: coffer writes it with the next value';
}

function daysIn(maxAge: string): number {
  return Number.parseInt(maxAge, 10) * (DAYS_OF_UNIT[maxAge.slice(-1)] ?? 1);
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
