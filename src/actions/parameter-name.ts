import { nearest } from '../manifest/nearest.ts';

/** Adds the leading slash that SSM requires in a name with slashes, and that people leave out. */
export function completeName(name: string): string {
  const isComplete = name.startsWith('/') || name.startsWith('arn:');
  return name.includes('/') && !isComplete ? `/${name}` : name;
}

/** The hint for a name that is probably a typo of one of these. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const close = nearest(name, known);
  return close === undefined ? undefined : `did you mean ${close}?`;
}
