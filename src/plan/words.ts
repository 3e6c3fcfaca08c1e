import { TAG_BYTES } from '../crypto/object-v3.ts';
import { lengthClassOf } from '../crypto/padding.ts';
import { countOf } from '../formats/count.ts';
import { nameInStore } from '../manifest/entries.ts';
import type { Plan } from './model.ts';
import type { Action, Change, Difference } from '../stores/model.ts';
import { formatBytes } from '../sizes.ts';

/** The order of a plan's sections. */
export const ACTIONS: readonly Action[] = [
  'create',
  'update',
  'replace',
  'delete',
  'closed',
  'extra',
  'unchanged',
];

export const MARKS = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
  closed: '!',
  extra: '?',
  unchanged: '=',
} as const satisfies Record<Action, string>;

const LABELS = {
  create: 'to create',
  update: 'to update',
  replace: 'to replace (delete and create again)',
  delete: 'to delete, not in any manifest',
  closed: 'closed (comparing or writing them needs kms:Decrypt)',
  extra: 'extra, not in these manifests',
  unchanged: 'unchanged',
} as const satisfies Record<Action, string>;

export type Counts = Record<Action, number>;

export function countActions(plans: readonly Plan[]): Counts {
  const counts = Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Counts;
  for (const { changes } of plans) for (const { action } of changes) counts[action]++;
  return counts;
}

/** `2 to create, 1 to update, 14 unchanged`. */
export function summarize(counts: Counts): string {
  const parts = ACTIONS.filter((action) => counts[action] > 0).map(
    (action) => `${counts[action]} ${LABELS[action].split(',')[0]?.split(' (')[0]}`,
  );
  return parts.join(', ') || 'nothing';
}

export function heading(action: Action, count: number): string {
  return `${count} ${LABELS[action]}`;
}

/** The places a plan writes to, each with its label. */
export function placesOf({ region, store, kmskey, bucket }: Plan): [word: string, name: string][] {
  const places: [string, string | undefined][] = [
    ['in', region],
    ['store', store === 'ssm' ? undefined : store],
    ['kmskey', kmskey],
    ['bucket', bucket],
  ];
  return places.flatMap(([word, name]) => (name ? [[word, name]] : []));
}

/** The name without the manifest's path. */
export function shortName({ name }: Change, { path, store }: Plan): string {
  const prefix = nameInStore(store, path);
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Describes a parameter without its value: `String, 26 bytes`, `5.0 MiB in S3`. */
export function describe(change: Change): string {
  const { action, desired, actual } = change;
  if (desired?.closed === 'value') {
    return `${desired.type}, ${actual ? 'value not compared' : 'not in AWS'}`;
  }
  if (desired?.object) {
    const way = action === 'closed' ? ', its file key in another region' : '';
    return `${formatBytes(desired.object.size - TAG_BYTES)} in S3${way}`;
  }
  if (desired?.secret) {
    const { values } = desired.secret;
    const missing = action === 'closed' ? ', not written' : '';
    if (values === undefined) return `Secret${missing}`;
    return `Secret, JSON of ${countOf(values.length, 'value')}${missing}: ${tellValues(values, change)}`;
  }
  if (desired) {
    const { type, value, isSecret } = desired;
    return `${type}, ${isSecret ? formatClass(value) : formatBytes(Buffer.byteLength(value))}`;
  }
  return actual ? `${actual.type}, version ${actual.version}` : '';
}

/** Names shown of each kind of change. */
const NAMES = 20;

/** `adds c; changes password; removes old`; where git does not know, all names. */
export function tellValues(names: readonly string[], { values }: Pick<Change, 'values'>): string {
  if (!values) return listOf(names);
  const parts = [
    ['adds', values.added],
    ['changes', values.changed],
    ['removes', values.removed],
  ] as const;
  const told = parts.filter(([, of]) => of.length > 0).map(([verb, of]) => `${verb} ${listOf(of)}`);
  return told.join('; ') || 'no value changes';
}

function listOf(names: readonly string[]): string {
  const more = names.length - NAMES;
  const shown = names.slice(0, NAMES).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** A difference without its values. */
export function mask({ before, after }: Difference): string {
  const [from, to] = [formatClass(before), formatClass(after)];
  return from === to ? `changed (${to})` : `changed (${from} → ${to})`;
}

/** A secret's length, as exactly as its ciphertext shows it: `32 to 63 bytes`. */
function formatClass(secret: string): string {
  const { least, most } = lengthClassOf(secret);
  if (least === 0) return `up to ${formatBytes(most)}`;
  return most < 1024
    ? `${least} to ${formatBytes(most)}`
    : `${formatBytes(least)} to ${formatBytes(most)}`;
}

export function isMultiLine({ before, after }: Difference): boolean {
  return before.includes('\n') || after.includes('\n');
}
