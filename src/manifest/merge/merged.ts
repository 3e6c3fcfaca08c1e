/** One thing in three versions. */
export interface Versions<T> {
  /** The common ancestor. */
  base: T;
  ours: T;
  theirs: T;
}

/** The style of conflict markers. */
export interface Marks {
  /** Length of git's markers. */
  markerSize: number;
}

export interface Merged {
  text: string;
  /** The number of conflicts, each between markers. */
  conflicts: number;
}

/** The version that one side changed, or both alike; undefined if they disagree. */
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

/** Applies a function to all three versions. */
export function mapVersions<T, U>(
  { base, ours, theirs }: Versions<T>,
  look: (version: T) => U,
): Versions<U> {
  return { base: look(base), ours: look(ours), theirs: look(theirs) };
}
