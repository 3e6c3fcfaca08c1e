import { backOff, spread, type Clock } from '../clock.ts';
import type { KubeClient } from './client.ts';
import { hasStatus, KubeError } from './errors.ts';
import { keyOf, type KubeObject } from './model.ts';

/** Keeps a copy of all objects at one path, and says what changes. */
export interface Informer<Item extends KubeObject> {
  /** By `namespace/name`. */
  readonly items: ReadonlyMap<string, Item>;
  /** Whether all objects have been listed once. */
  isSynced: () => boolean;
  /** When the API server last said something about them, in milliseconds since 1970. */
  lastHeard: () => number;
  /** Runs until the signal aborts. */
  run: (signal: AbortSignal) => Promise<void>;
}

interface Options<Item> {
  client: KubeClient;
  clock: Clock;
  path: string;
  /** Restricts the objects. */
  labelSelector?: string | undefined;
  /** Asks for the metadata of objects, and nothing else of them. */
  onlyMetadata?: boolean;
  /** Called for each object that was added, changed or deleted. */
  onChange: (key: string, now: Item | undefined, before: Item | undefined) => void;
  /** Called when the list is in, for the first time or anew. */
  onList?: (count: number) => void;
  /** Called with each failure; the informer goes on by itself. */
  onFailure: (error: unknown, waitMs: number) => void;
}

interface List<Item> {
  metadata: { resourceVersion?: string; continue?: string };
  items?: Item[] | null;
}

type WatchEvent<Item> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: Item }
  | { type: 'BOOKMARK'; object: { metadata: { resourceVersion?: string } } }
  | { type: 'ERROR'; object: { code?: number; message?: string } };

const PAGE = 500;
/** After this time the server ends a watch, and the next one begins where it was. */
const WATCH_SECONDS = 300;
/** A server sends a bookmark every minute: a watch that is silent for longer is dead. */
const SILENCE_MS = 150_000;
const MOST_WAIT_MS = 30_000;

export function createInformer<Item extends KubeObject>(options: Options<Item>): Informer<Item> {
  const { client, clock, path, labelSelector, onChange } = options;
  const items = new Map<string, Item>();
  let heard = clock.now();
  /** Counts what the server said, to tell a server that works from one that only accepts. */
  let answers = 0;
  let isSynced = false;
  /** Where the next watch begins; without one, everything has to be listed. */
  let version: string | undefined;

  const as = (kind: string) =>
    options.onlyMetadata ? `application/json;as=${kind};g=meta.k8s.io;v=v1` : 'application/json';

  const hear = () => {
    heard = clock.now();
    answers += 1;
  };

  async function list(signal: AbortSignal): Promise<void> {
    const found = new Map<string, Item>();
    let next: string | undefined;
    let listed: string | undefined;
    do {
      const page: List<Item> = await client.request(path, {
        query: { limit: String(PAGE), continue: next, labelSelector },
        accept: as('PartialObjectMetadataList'),
        signal,
      });
      for (const item of page.items ?? []) found.set(keyOf(item), trimmed(item));
      next = page.metadata.continue;
      listed = page.metadata.resourceVersion;
    } while (next);
    const before = new Map(items);
    items.clear();
    for (const [key, item] of found) items.set(key, item);
    hear();
    isSynced = true;
    version = listed;
    for (const key of new Set([...before.keys(), ...found.keys()])) {
      const [then, now] = [before.get(key), found.get(key)];
      if (then?.metadata.resourceVersion !== now?.metadata.resourceVersion) {
        onChange(key, now, then);
      }
    }
    options.onList?.(found.size);
  }

  /** Follows changes until the server ends the watch. */
  async function watch(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const end = AbortSignal.any([signal, silence.signal]);
    let last = clock.now();
    const guard = async () => {
      while (!end.aborted) {
        const left = last + SILENCE_MS - clock.now();
        if (left <= 0) silence.abort();
        else await clock.sleep(left, end);
      }
    };
    const guarded = guard();
    try {
      const query = {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: version,
        timeoutSeconds: String(Math.round(spread(clock, WATCH_SECONDS))),
        labelSelector,
      };
      const accept = as('PartialObjectMetadata');
      for await (const event of client.stream<WatchEvent<Item>>(path, {
        query,
        accept,
        signal: end,
      })) {
        hear();
        last = heard;
        take(event);
      }
    } catch (error) {
      if (signal.aborted || !silence.signal.aborted) throw error;
      throw new KubeError(0, `a watch was silent for ${SILENCE_MS / 1000} s`);
    } finally {
      silence.abort();
      await guarded;
    }
  }

  function take(event: WatchEvent<Item>): void {
    if (event.type === 'ERROR') {
      const { code = 0, message = 'the watch failed' } = event.object;
      throw new KubeError(code, message);
    }
    version = event.object.metadata.resourceVersion ?? version;
    if (event.type === 'BOOKMARK') return;
    const key = keyOf(event.object);
    const before = items.get(key);
    if (event.type === 'DELETED') items.delete(key);
    else items.set(key, trimmed(event.object));
    onChange(key, event.type === 'DELETED' ? undefined : event.object, before);
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const before = answers;
      let failure: unknown;
      try {
        if (version === undefined) await list(signal);
        await watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        failure = error;
        // The server no longer has what came after our version.
        if (hasStatus(error, 410)) version = undefined;
      }
      const isProgress = answers > before;
      if (failure === undefined && isProgress) {
        failures = 0;
        continue;
      }
      failures = isProgress ? 1 : failures + 1;
      const wait = backOff(clock, failures, MOST_WAIT_MS);
      if (failure !== undefined) options.onFailure(failure, wait);
      await clock.sleep(wait, signal);
    }
  }

  return { items, isSynced: () => isSynced, lastHeard: () => heard, run };
}

/** Without what nobody here reads, which is half of an object. */
function trimmed<Item extends KubeObject>(item: Item): Item {
  return { ...item, metadata: { ...item.metadata, managedFields: undefined } };
}
