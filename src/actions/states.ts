import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { entriesOf } from '../manifest/entries.ts';
import { inEachRegion } from '../manifest/regions.ts';
import { wouldChange } from '../plan/plan.ts';
import type { ActualState, Desired } from '../stores/model.ts';
import type { ValueStore } from '../stores/port.ts';
import { openerFor, type OpeningOptions } from './manifests.ts';
import { storeKindOf } from './stores.ts';
import type { Tools } from './tools.ts';

interface ReadingOptions extends OpeningOptions {
  allowPlaintext?: boolean | undefined;
  noDecrypt?: boolean | undefined;
  prune: boolean;
  pruneTags: boolean;
  takeOver: boolean;
}

/** A manifest in one region, and the state of both sides. */
export interface Read {
  manifest: Manifest;
  desired: Desired[];
  state: ActualState;
  store: ValueStore;
}

/** Opens the manifest once, and reads all of its regions. */
export async function readStates(
  tools: Tools,
  manifest: Manifest,
  storeOf: (manifest: Manifest) => Promise<ValueStore>,
  {
    allowPlaintext = false,
    noDecrypt = false,
    prune,
    pruneTags,
    takeOver,
    ...options
  }: ReadingOptions,
): Promise<(Read | Unread)[]> {
  const regions = inEachRegion(manifest);
  const stores = await Promise.all(regions.map(storeOf));
  // Listing names is the longest chain of calls, so it starts first.
  const kind = storeKindOf(manifest);
  const opened = kind.desire(manifest, () => openerFor(tools, manifest, options), {
    allowPlaintext,
    noDecrypt,
  });
  const readOne = async (here: Manifest, store: ValueStore): Promise<Read | Unread> => {
    const wanted = opened.then((desired) => kind.desireIn(tools, here, desired, noDecrypt));
    const state = store.read({
      path: here.path,
      names: entriesOf(here).map(({ name }) => name),
      wanted,
      open: !noDecrypt,
      pruneTags,
      // One secret that holds all values has no others beside it.
      extras: prune && manifest.secret === undefined,
      differs: (...seen) => wouldChange(...seen, { prune, pruneTags, takeOver }),
    });
    const [desired, there] = await Promise.allSettled([wanted, state]);
    if (desired.status === 'rejected') throw desired.reason;
    if (there.status === 'fulfilled') {
      return { manifest: here, desired: desired.value, state: there.value, store };
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
