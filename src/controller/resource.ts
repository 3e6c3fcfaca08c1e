import type { CofferSecretSpec } from '../formats/coffer-secret.ts';
import type { KubeObject } from './kube/model.ts';

/** A CofferSecret as the API server keeps it. */
export interface Resource extends KubeObject {
  spec: CofferSecretSpec;
  status?: Status | undefined;
}

export interface Status {
  observedGeneration?: number | undefined;
  /** Of the Secret that was written last, as are `keys`, `pins` and `syncedAt`. */
  secretName?: string | undefined;
  keys?: number | undefined;
  pins?: string | undefined;
  syncedAt?: string | undefined;
  /** The pins for which the workloads of `restart` were told to start again. */
  restarted?: string | undefined;
  conditions?: readonly Condition[] | undefined;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message?: string | undefined;
  observedGeneration?: number | undefined;
  lastTransitionTime: string;
}

export const READY = 'Ready';

export function secretNameOf({ metadata, spec }: Resource): string {
  return spec.secretName ?? metadata.name;
}
