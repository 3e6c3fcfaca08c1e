import { isMultiRegion } from '../aws/multi-region.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { inEachRegion } from '../manifest/regions.ts';
import { desiredIn, desiredState } from '../plan/desired.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import type { ActualState, Desired } from '../stores/model.ts';
import type { ValueStore } from '../stores/port.ts';
import { openerFor, type OpeningOptions } from './manifests.ts';
import type { Tools } from './tools.ts';

interface ReadingOptions extends OpeningOptions {
  allowPlaintext?: boolean | undefined;
  noDecrypt?: boolean | undefined;
  pruneTags: boolean;
}

/** A manifest in one region, and the state of both sides. */
export interface Read {
  manifest: Manifest;
  desired: Desired[];
  state: ActualState;
}

/** Opens the manifest once, and reads all of its regions. */
export async function readStates(
  tools: Tools,
  manifest: Manifest,
  storeOf: (region: string) => Promise<ValueStore>,
  { allowPlaintext = false, noDecrypt = false, pruneTags, ...options }: ReadingOptions,
): Promise<(Read | Unread)[]> {
  const regions = inEachRegion(manifest);
  const stores = await Promise.all(regions.map(({ region }) => storeOf(region)));
  // Listing names is the longest chain of calls, so it starts first.
  const opened = openerFor(tools, manifest, options).then((opener) =>
    desiredState(manifest, opener, { allowPlaintext, noDecrypt }),
  );
  const readOne = async (here: Manifest, store: ValueStore): Promise<Read | Unread> => {
    const wanted = opened.then((desired) => {
      return desiredIn(here, desired, noDecrypt && !canReEncrypt(tools, here));
    });
    const state = store.read({
      path: here.path,
      names: here.parameters.map(({ fullName }) => fullName),
      wanted,
      open: !noDecrypt,
      pruneTags,
    });
    const [desired, there] = await Promise.allSettled([wanted, state]);
    if (desired.status === 'rejected') throw desired.reason;
    if (there.status === 'fulfilled') {
      return { manifest: here, desired: desired.value, state: there.value };
    }
    return { manifest: here, error: unreadable(here, there.reason) };
  };
  return Promise.all(
    regions.flatMap((here, index) => {
      const store = stores[index];
      return store ? [readOne(here, store)] : [];
    }),
  );
}

/** The same error; with several regions, it says which one. */
function unreadable({ region, regions }: Manifest, error: unknown): CofferError {
  if (!(error instanceof CofferError) || error.code === 'interrupted') throw error;
  if (regions.length === 1) return error;
  const { code, message, hint, place, cause } = error;
  return new CofferError(code, `${region}: ${message}`, { hint, place, cause });
}

/** A manifest in a region that cannot be read. */
export interface Unread {
  manifest: Manifest;
  error: CofferError;
}

/** @throws CofferError of the first region that cannot be read, unless others can be */
export function takeRead(
  all: readonly (Read | Unread)[],
  onUnread: ((unread: Unread) => void) | undefined,
): Read[] {
  const read = all.filter((item) => 'state' in item);
  for (const item of all) {
    if (!('error' in item)) continue;
    if (!onUnread || read.length === 0) throw item.error;
    onUnread(item);
  }
  return read;
}

/**
 * Whether KMS can re-encrypt the data keys of blobs for a region, which takes no kms:Decrypt: the
 * file key has to be there, or a replica of it.
 */
function canReEncrypt({ fileKey }: Tools, manifest: Manifest): boolean {
  const { region, encryptedWith = '' } = manifest;
  return fileKeyRegion(manifest, fileKey) === region || isMultiRegion(encryptedWith);
}
