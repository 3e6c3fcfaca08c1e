import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../src/controller/kube/model.ts';
import {
  applyLeaves,
  leavesOf,
  replaceLeaves,
  treeOf,
  type Leaves,
  type Owners,
} from './fields.ts';

/** A refusal of the API server. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Change {
  version: number;
  plural: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

interface Kept {
  object: KubeObject;
  owners: Owners;
}

/** Where an object is. */
export interface Place {
  plural: string;
  namespace: string;
  name: string;
}

const MOST_BYTES = 1024 * 1024;
/** What the server sets itself. */
const OWN = new Set(['uid', 'generation', 'resourceVersion', 'creationTimestamp', 'managedFields']);

/** What an API server keeps, and what it does to it. */
export class Store {
  version = 1;
  /** The oldest version from which a watch can begin. */
  oldest = 0;
  changes: Change[] = [];
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<(change: Change) => void>();

  get(place: Place): KubeObject {
    return this.#find(place).object;
  }

  has(place: Place): boolean {
    return this.#kept.has(keyOf(place));
  }

  list(plural: string, namespace: string | undefined): KubeObject[] {
    return [...this.#kept]
      .filter(([key]) =>
        key.startsWith(`${plural} ${namespace === undefined ? '' : `${namespace}/`}`),
      )
      .map(([, { object }]) => object);
  }

  create(place: Place, body: object, manager: string): KubeObject {
    if (this.has(place)) throw new Refusal(409, `${place.plural} "${place.name}" already exists`);
    return this.#write(place, undefined, (leaves, owners) =>
      replaceLeaves(leaves, owners, leavesOf(clean(body)), manager),
    );
  }

  update(place: Place, body: object, manager: string): KubeObject {
    const kept = this.#find(place);
    checkVersion(kept, body);
    return this.#write(place, kept, (leaves, owners) =>
      replaceLeaves(leaves, owners, leavesOf({ ...clean(body), status: statusOf(kept) }), manager),
    );
  }

  apply(
    place: Place,
    body: object,
    { manager, isForced, isStatus }: { manager: string; isForced: boolean; isStatus: boolean },
  ): { object: KubeObject; isNew: boolean } {
    const kept = isStatus ? this.#find(place) : this.#kept.get(keyOf(place));
    checkVersion(kept, body);
    const { status, ...rest } = clean(body) as { status?: object };
    const wanted = isStatus ? { status: status ?? {} } : rest;
    const object = this.#write(place, kept, (leaves, owners) => {
      const by = isStatus ? `${manager}/status` : manager;
      const conflicts = applyLeaves(leaves, owners, leavesOf(wanted), { manager: by, isForced });
      if (conflicts.length > 0) {
        throw new Refusal(
          409,
          `Apply failed with ${conflicts.length} conflicts: ${conflicts.join()}`,
        );
      }
    });
    return { object, isNew: kept === undefined };
  }

  delete(place: Place): void {
    const { object } = this.#find(place);
    this.#kept.delete(keyOf(place));
    this.#publish(place.plural, 'DELETED', object);
  }

  /** Forgets the past, as etcd does every few minutes. */
  compact(): void {
    this.changes = [];
    this.oldest = this.version;
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #find(place: Place): Kept {
    const kept = this.#kept.get(keyOf(place));
    if (kept) return kept;
    throw new Refusal(404, `${place.plural} "${place.name}" not found`);
  }

  #write(
    place: Place,
    kept: Kept | undefined,
    change: (leaves: Leaves, owners: Owners) => void,
  ): KubeObject {
    const { namespace, name, plural } = place;
    const before = kept?.object;
    const leaves = leavesOf(clean(before ?? {}));
    const owners: Owners = new Map(
      [...(kept?.owners ?? [])].map(([path, who]) => [path, new Set(who)]),
    );
    change(leaves, owners);
    const tree = treeOf(leaves) as unknown as KubeObject & { spec?: object };
    validate(plural, before, tree);
    const old: (KubeObject & { spec?: object }) | undefined = before;
    const isSpec = !old || !isDeepStrictEqual(old.spec, tree.spec);
    const content = {
      ...tree,
      metadata: {
        ...tree.metadata,
        name,
        namespace,
        uid: before?.metadata.uid ?? randomUUID(),
        generation: (before?.metadata.generation ?? 0) + (isSpec ? 1 : 0),
        resourceVersion: before?.metadata.resourceVersion,
      },
    };
    if (
      before &&
      isDeepStrictEqual(JSON.parse(JSON.stringify(before)), JSON.parse(JSON.stringify(content)))
    ) {
      this.#kept.set(keyOf(place), { object: before, owners });
      return before;
    }
    this.version += 1;
    content.metadata.resourceVersion = String(this.version);
    this.#kept.set(keyOf(place), { object: content, owners });
    this.#publish(plural, before ? 'MODIFIED' : 'ADDED', content, this.version);
    return content;
  }

  #publish(plural: string, type: Change['type'], object: KubeObject, at?: number): void {
    const version = at ?? (this.version += 1);
    const shown = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const change = { version, plural, type, object: shown };
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

function keyOf({ plural, namespace, name }: Place): string {
  return `${plural} ${namespace}/${name}`;
}

function statusOf({ object }: Kept): unknown {
  return (object as { status?: unknown }).status;
}

/** Without what the server sets. */
function clean(body: object): object {
  const { metadata = {}, ...rest } = JSON.parse(JSON.stringify(body)) as { metadata?: object };
  return {
    ...rest,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([name]) => !OWN.has(name))),
  };
}

function checkVersion(kept: Kept | undefined, body: object): void {
  const { resourceVersion } = (body as Partial<KubeObject>).metadata ?? {};
  if (resourceVersion !== undefined && resourceVersion !== kept?.object.metadata.resourceVersion) {
    throw new Refusal(409, 'the object has been modified');
  }
}

/** The rules of the API that the controller can run into. */
function validate(plural: string, before: KubeObject | undefined, now: KubeObject): void {
  const [old, next] = [before, now] as [Fields | undefined, Fields];
  if (plural === 'coffersecrets') {
    if (old?.spec?.immutable && !isDeepStrictEqual(old.spec, next.spec)) {
      throw new Refusal(422, 'an immutable CofferSecret cannot change');
    }
    return;
  }
  if (plural !== 'secrets') return;
  const size = Object.values(next.data ?? {}).reduce(
    (sum, text) => sum + Buffer.from(text, 'base64').length,
    0,
  );
  if (size > MOST_BYTES)
    throw new Refusal(422, 'data: Too long: may not be more than 1048576 bytes');
  if (old && old.type !== next.type) throw new Refusal(422, 'type: field is immutable');
  if (old?.immutable && !isDeepStrictEqual(old.data, next.data)) {
    throw new Refusal(422, 'data: field is immutable when `immutable` is set');
  }
}

interface Fields extends KubeObject {
  spec?: { immutable?: boolean };
  data?: Record<string, string>;
  type?: string;
  immutable?: boolean;
}
