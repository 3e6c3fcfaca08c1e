import pMap from 'p-map';
import { propertyOf } from '../formats/properties.ts';
import { entriesOf, nameInStore, type Entry } from '../manifest/entries.ts';
import type { Parameter, StoreName } from '../manifest/model.ts';
import { isSecretType, type StoredValue } from '../stores/parameter.ts';
import type { ValueReader } from '../stores/port.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { Secret } from '../formats/format.ts';
import { parseSelector } from '../plan/versions.ts';
import { accountDemands, folderDemand, manifestDemands } from './demands.ts';
import { openerFor, readManifests } from './manifests.ts';
import { didYouMean } from './parameter-name.ts';
import type { Place } from './places.ts';
import type { Tools } from './tools.ts';

export type { Secret };

/** Which values to decrypt. */
export interface SecretOptions {
  /** `aws`: the values in AWS, instead of those in the manifests. */
  from?: 'aws' | undefined;
  /** Decrypts only these parameters; with `aws`, `NAME@VERSION` works too. */
  only?: readonly string[] | undefined;
  /** Leaves out values that are or will be in S3. */
  noBlobs?: boolean | undefined;
  /** Of what no manifest describes: takes buckets and keys of other accounts. */
  allowForeign?: boolean | undefined;
  /** Where paths are, with `aws`. Default: SSM. */
  store?: StoreName | undefined;
}

/**
 * Returns the values of manifests, or those in AWS.
 * @param files manifests; with `from: 'aws'` paths in SSM as well, such as `/app/`
 */
export async function openSecrets(
  tools: Tools,
  files: readonly string[],
  { from, only: names = [], noBlobs = false, allowForeign = false, store }: SecretOptions = {},
): Promise<Secret[]> {
  const only = new Only(names);
  const read = from === 'aws' ? fromAws : fromManifests;
  const secrets = await read(tools, files, { only, noBlobs, allowForeign, store });
  only.refuseUnused();
  return secrets;
}

/**
 * Returns the values of one manifest, by name. Costs one `kms:Decrypt` per data key and per blob.
 */
export async function open(
  tools: Tools,
  file: string,
  options: SecretOptions = {},
): Promise<Map<string, Buffer>> {
  const secrets = await openSecrets(tools, [file], options);
  return new Map(secrets.map(({ name, bytes }) => [name, bytes]));
}

interface Choice {
  only: Only;
  noBlobs: boolean;
  allowForeign: boolean;
  store: StoreName | undefined;
}

/** The names given with `only`. */
class Only {
  readonly #versions = new Map<string, string | undefined>();
  readonly #used = new Set<string>();
  /** All names that it could be. */
  readonly #known = new Set<string>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const selector = parseSelector(word);
      this.#versions.set(selector?.name ?? word, selector?.version);
    }
  }

  get hasVersions(): boolean {
    return [...this.#versions.values()].some((version) => version !== undefined);
  }

  /** Whether a parameter is chosen, by either of its names. */
  has(name: string, fullName: string): boolean {
    if (this.#versions.size === 0) return true;
    const key = this.#versions.has(name) ? name : fullName;
    this.#used.add(key);
    this.#known.add(name);
    return this.#versions.has(key);
  }

  version(name: string, fullName: string): string | undefined {
    return this.#versions.get(name) ?? this.#versions.get(fullName);
  }

  refuseUnused(): void {
    const unused = [...this.#versions.keys()].filter((name) => !this.#used.has(name));
    const [first] = unused;
    if (first === undefined) return;
    throw new CofferError('usage', `parameter not found: ${unused.join(', ')}`, {
      hint: didYouMean(first, [...this.#known]),
    });
  }
}

async function fromManifests(
  tools: Tools,
  files: readonly string[],
  choice: Choice,
): Promise<Secret[]> {
  const { only } = choice;
  if (only.hasVersions) {
    throw new CofferError('usage', 'manifests have no versions', { hint: 'add --from aws' });
  }
  const path = files.find((file) => file.endsWith('/'));
  if (path !== undefined) {
    throw new CofferError('usage', `${path} is a path in SSM, not a manifest`, {
      hint: 'add --from aws to read it',
    });
  }
  const secrets: Secret[] = [];
  for (const manifest of await readManifests(tools, files)) {
    const opener = await openerFor(tools, manifest);
    const wanted = manifest.parameters.filter(({ name, fullName }) => only.has(name, fullName));
    const opened = await pMap(
      withoutBlobs(tools, choice, wanted, ({ content }) => content.kind === 'blob'),
      async (parameter) => ({
        name: parameter.name,
        bytes: await opener.open(parameter),
        isSecret: parameter.type === 'SecureString',
        isList: parameter.type === 'StringList',
        place: parameter.place,
      }),
      { concurrency: 8 },
    );
    secrets.push(...opened);
  }
  return secrets;
}

async function fromAws(tools: Tools, files: readonly string[], choice: Choice): Promise<Secret[]> {
  // Only here: values of manifests need no store.
  const { placesOf } = await import('./places.ts');
  const { followPointer } = await import('../stores/follow.ts');
  const { aws, stores, spoolFolder, limit } = tools;
  const secrets: Secret[] = [];
  for (const place of await placesOf(tools, files, choice)) {
    const stored = await readStored(tools, place, choice.only);
    const opened = await pMap(
      withoutBlobs(tools, choice, stored, ([, parameter]) => isPointer(parameter)),
      async ([name, parameter]) => ({
        name,
        // Objects are always encrypted.
        isSecret: isSecretType(parameter.type) || isPointer(parameter),
        isList: parameter.type === 'StringList',
        version: parameter.version,
        bytes: await followPointer(
          parameter,
          {
            objects: () => stores.objects(place.region),
            kms: () => aws.kms(place.region),
            spoolFolder,
            limit,
          },
          {
            ...(place.manifest
              ? manifestDemands(place.manifest, parameter)
              : accountDemands(parameter, choice)),
            ...folderDemand(parameter.name, choice),
          },
        ),
      }),
      { concurrency: 4 },
    );
    secrets.push(...opened);
  }
  return secrets;
}

function isPointer(parameter: StoredValue): boolean {
  return pointerOf(parameter) !== undefined;
}

function withoutBlobs<T>(
  { host }: Tools,
  { noBlobs }: Choice,
  items: readonly T[],
  isBlob: (item: T) => boolean,
): readonly T[] {
  if (!noBlobs) return items;
  const kept = items.filter((item) => !isBlob(item));
  const left = items.length - kept.length;
  if (left > 0) host.note(left === 1 ? '1 blob left out' : `${left} blobs left out`);
  return kept;
}

/** A name in the store, in the current version or in another one. */
interface Wanted extends Entry {
  version: string | undefined;
}

async function readStored(
  tools: Tools,
  place: Place,
  only: Only,
): Promise<(readonly [string, StoredValue])[]> {
  const { readerFor } = await import('./stores.ts');
  const reader = await readerFor(tools, place);
  const { path, store, manifest } = place;
  const prefix = nameInStore(store, path);
  // Under / there may be names without a slash.
  const short = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const all = manifest ? entriesOf(manifest) : await listEntries(reader, path);
  if (all.length === 0) {
    const { nothingIn } = await import('./places.ts');
    throw new CofferError('not-found', nothingIn(place));
  }
  const versionOf = ({ name, fullName }: Parameter) => only.version(name, fullName);
  const wanted = all.flatMap((entry): Wanted[] => {
    // A value without a manifest has no other name than that in the store.
    const names = [short(entry.name), entry.name] as const;
    if (entry.parameters.length === 0) {
      return only.has(...names) ? [{ ...entry, version: only.version(...names) }] : [];
    }
    const parts = entry.parameters.filter(({ name, fullName }) => only.has(name, fullName));
    // Those of one secret may be wanted in different versions of it.
    return [...new Set(parts.map(versionOf))].map((version) => {
      return { ...entry, version, parameters: parts.filter((one) => versionOf(one) === version) };
    });
  });
  const unpinned = wanted.filter(({ version }) => version === undefined);
  const current = await reader.getMany(unpinned.map(({ name }) => name));
  const found = await pMap(
    wanted,
    async ({ name, version }) =>
      version === undefined ? current.get(name) : reader.get({ name, version }),
    { concurrency: 4 },
  );
  return wanted.flatMap((entry, index) => {
    const stored = found[index];
    if (!stored) {
      throw new CofferError('not-found', `${entry.name} is not in AWS`, {
        hint: 'coffer diff shows what is missing, coffer sync writes it',
      });
    }
    if (manifest?.secret === undefined) return [[short(entry.name), stored] as const];
    return entry.parameters.map(({ name, type }) => {
      const value = propertyOf(stored.value, name, entry.name);
      return [name, { ...stored, type, value }] as const;
    });
  });
}

async function listEntries(reader: ValueReader, path: string): Promise<Entry[]> {
  const names = (await reader.list(path)).map(({ name }) => name).toSorted();
  return names.map((name) => ({ name, parameters: [] }));
}
