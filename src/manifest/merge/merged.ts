/** One thing in three versions. */
export interface Versions<T> {
  /** What both sides began with. */
  base: T;
  ours: T;
  theirs: T;
}

/** How conflicts are marked. */
export interface Marks {
  /** Length of git's markers. */
  markerSize: number;
}

export interface Merged {
  text: string;
  /** How many places are left to people, between markers. */
  conflicts: number;
}

/** What only one side changed, or both alike; undefined when they disagree. */
export function pickChanged<T>({ base, ours, theirs }: Versions<T>): T | undefined {
  if (ours === theirs || theirs === base) return ours;
  return ours === base ? theirs : undefined;
}

export function joinMerged(parts: readonly Merged[]): Merged {
  return {
    text: parts.map(({ text }) => text).join(''),
    conflicts: parts.reduce((sum, { conflicts }) => sum + conflicts, 0),
  };
}

/** The same look at all three versions. */
export function mapVersions<T, U>(
  { base, ours, theirs }: Versions<T>,
  look: (version: T) => U,
): Versions<U> {
  return { base: look(base), ours: look(ours), theirs: look(theirs) };
}
