import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes what happened in a folder last; where folders cannot be opened, the system sees to it. */
export function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Some file systems cannot do it.
  }
}
