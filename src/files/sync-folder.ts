import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Syncs a folder's entries to disk; where folders cannot be opened, the system does that. */
export function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Some file systems do not support it.
  }
}
