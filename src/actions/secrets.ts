import pMap from 'p-map';
import type { StoredParameter } from '../stores/parameter.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { Secret } from '../formats/format.ts';
import { parseSelector } from '../plan/versions.ts';
import { followPointer } from '../stores/follow.ts';
import { accountDemands, manifestDemands } from './demands.ts';
import { openerFor, readManifests } from './manifests.ts';
import { placesOf, type SsmPlace } from './places.ts';
import { didYouMean } from './parameter-name.ts';
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
}

/**
 * Returns the values of manifests, or those in AWS.
 * @param files manifests; with `from: 'aws'` paths in SSM as well, such as `/app/`
 */
export async function openSecrets(
  tools: Tools,
  files: readonly string[],
  { from, only: names = [], noBlobs = false, allowForeign = false }: SecretOptions = {},
): Promise<Secret[]> {
  const only = new Only(names);
  const read = from === 'aws' ? fromAws : fromManifests;
  const secrets = await read(tools, files, { only, noBlobs, allowForeign });
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
  const { aws, stores, spoolFolder, limit } = tools;
  const secrets: Secret[] = [];
  for (const place of await placesOf(tools, files)) {
    const stored = await readStored(tools, place, choice.only);
    const opened = await pMap(
      withoutBlobs(tools, choice, stored, ([, parameter]) => isPointer(parameter)),
      async ([name, parameter]) => ({
        name,
        // Objects are always encrypted.
        isSecret: parameter.type === 'SecureString' || isPointer(parameter),
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
          place.manifest
            ? manifestDemands(place.manifest, parameter)
            : accountDemands(parameter, choice),
        ),
      }),
      { concurrency: 4 },
    );
    secrets.push(...opened);
  }
  return secrets;
}

function isPointer(parameter: StoredParameter): boolean {
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

async function readStored(
  { stores }: Tools,
  { path, region, manifest }: SsmPlace,
  only: Only,
): Promise<(readonly [string, StoredParameter])[]> {
  const parameters = await stores.parameters(region);
  const names = manifest?.parameters.map(({ fullName }) => fullName);
  const all = names ?? (await parameters.describePath(path)).map(({ name }) => name).toSorted();
  if (all.length === 0) {
    throw new CofferError('not-found', `no parameters under ${path}`);
  }
  // Under / there may be names without a slash.
  const short = (fullName: string) =>
    fullName.startsWith(path) ? fullName.slice(path.length) : fullName;
  const wanted = all.filter((fullName) => only.has(short(fullName), fullName));
  const pinned = wanted.filter((fullName) => only.version(short(fullName), fullName));
  const current = await parameters.getMany(wanted.filter((name) => !pinned.includes(name)));
  for (const fullName of pinned) {
    const version = only.version(short(fullName), fullName);
    current.set(fullName, await parameters.get(`${fullName}:${version}`));
  }
  return wanted.map((fullName) => {
    const parameter = current.get(fullName);
    if (parameter) return [short(fullName), parameter] as const;
    throw new CofferError('not-found', `${fullName} is not in AWS`, {
      hint: 'coffer diff shows what is missing, coffer sync writes it',
    });
  });
}
