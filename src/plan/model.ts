import type { StoreName } from '../manifest/model.ts';
import type { Change } from '../stores/model.ts';

/** What to plan for things that are not in manifests. */
export interface PlanOptions {
  /** Delete parameters that are not in any manifest. */
  prune: boolean;
  /** Remove tags that are not in the manifest. */
  pruneTags: boolean;
  /** Turn off the rotation of secrets. */
  takeOver?: boolean | undefined;
  /** What becomes of what is deleted. */
  deletion?: string | undefined;
}

/** How AWS differs from one manifest. */
export interface Plan {
  file: string;
  path: string;
  region: string;
  store: StoreName;
  kmskey?: string | undefined;
  bucket?: string | undefined;
  /** Sorted by name. */
  changes: readonly Change[];
}
