import type { Change } from '../stores/model.ts';

/** What to plan beyond what manifests name. */
export interface PlanOptions {
  /** Delete parameters that no manifest names. */
  prune: boolean;
  /** Remove tags that no manifest names. */
  pruneTags: boolean;
}

/** How AWS differs from one manifest. */
export interface Plan {
  file: string;
  path: string;
  region: string;
  kmskey?: string | undefined;
  bucket?: string | undefined;
  /** Sorted by name. */
  changes: readonly Change[];
}
