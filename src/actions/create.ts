import { syncEdit, type EditAndSyncOptions } from './edit-and-sync.ts';
import { set, type SetOptions } from './set.ts';
import type { SyncReport } from './sync.ts';
import type { Tools } from './tools.ts';

export type CreateOptions = EditAndSyncOptions & Pick<SetOptions, 'type' | 'description'>;

/** Reads the value of a parameter, by its name. */
type ReadValue = (name: string) => Promise<Buffer>;

/**
 * Adds a parameter to a manifest, and writes it to AWS.
 * @param value called with the parameter's name, after checking that the manifest can hold it
 * @throws CofferError `usage` if the manifest has it; otherwise as `set` and `sync`
 */
export function create(
  tools: Tools,
  file: string,
  name: string,
  value: ReadValue,
  options: CreateOptions = {},
): Promise<SyncReport> {
  return setAndSync(tools, file, name, value, { ...options, isNew: true });
}

/**
 * Gives a parameter of a manifest a new value, and writes it to AWS.
 * @param value as for `create`
 * @throws CofferError `usage` if the manifest lacks it; otherwise as `set` and `sync`
 */
export function update(
  tools: Tools,
  file: string,
  name: string,
  value: ReadValue,
  options: EditAndSyncOptions = {},
): Promise<SyncReport> {
  return setAndSync(tools, file, name, value, { ...options, isNew: false });
}

function setAndSync(
  tools: Tools,
  file: string,
  wanted: string,
  value: ReadValue,
  options: CreateOptions & { isNew: boolean },
): Promise<SyncReport> {
  let name = wanted;
  const read: ReadValue = (known) => value((name = known));
  return syncEdit(tools, file, options, {
    edit: (review) => set(tools, file, wanted, read, { ...options, review }),
    only: () => name,
  });
}
