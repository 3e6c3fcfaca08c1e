import pMap from 'p-map';
import type { StoredParameter } from '../stores/parameter.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import type { Secret } from '../formats/format.ts';
import { parseSelector } from '../plan/versions.ts';
import { followPointer } from '../stores/follow.ts';
import { openerFor, readManifests } from './manifests.ts';
import { placesOf, type SsmPlace } from './places.ts';
import type { Tools } from './tools.ts';

export type { Secret };

/** Which values to open. */
export interface SecretOptions {
  /** `aws`: what AWS holds for the manifests, instead of what they hold. */
  from?: 'aws' | undefined;
  /** Names of the only parameters to open; of what AWS holds, `NAME@VERSION` too. */
  only?: readonly string[] | undefined;
  /** Leaves out the values that are stored in S3, and those that would be. */
  noBlobs?: boolean | undefined;
}

/**
 * The values of manifests, or what AWS holds for them.
 * @param files manifests; with `from: 'aws'` paths in SSM as well, such as `/app/`
 */
export async function openSecrets(
  tools: Tools,
  files: readonly string[],
  { from, only: names = [], noBlobs = false }: SecretOptions = {},
): Promise<Secret[]> {
  const only = new Only(names);
  const read = from === 'aws' ? fromAws : fromManifests;
  const secrets = await read(tools, files, { only, noBlobs });
  only.refuseUnused();
  return secrets;
}

/** The values of one manifest, by name. Costs one `kms:Decrypt` for each data key and each blob. */
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
}

/** The names that were asked for. */
class Only {
  readonly #versions = new Map<string, string | undefined>();
  readonly #used = new Set<string>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const selector = parseSelector(word);
      this.#versions.set(selector?.name ?? word, selector?.version);
    }
  }

  get hasVersions(): boolean {
    return [...this.#versions.values()].some((version) => version !== undefined);
  }

  /** Whether a parameter is wanted, by either of its names. */
  has(name: string, fullName: string): boolean {
    if (this.#versions.size === 0) return true;
    const key = this.#versions.has(name) ? name : fullName;
    this.#used.add(key);
    return this.#versions.has(key);
  }

  version(name: string, fullName: string): string | undefined {
    return this.#versions.get(name) ?? this.#versions.get(fullName);
  }

  refuseUnused(): void {
    const unused = [...this.#versions.keys()].filter((name) => !this.#used.has(name));
    if (unused.length > 0) {
      throw new CofferError('usage', `there is no parameter ${unused.join(', ')}`);
    }
  }
}

async function fromManifests(
  tools: Tools,
  files: readonly string[],
  choice: Choice,
): Promise<Secret[]> {
  const { only } = choice;
  if (only.hasVersions) {
    throw new CofferError('usage', 'a manifest has no versions', { hint: 'add --from aws' });
  }
  const path = files.find((file) => file.endsWith('/'));
  if (path !== undefined) {
    throw new CofferError('usage', `${path} is a path, not a manifest`, {
      hint: 'add --from aws for what is there',
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
        place: parameter.place,
      }),
      { concurrency: 8 },
    );
    secrets.push(...opened);
  }
  return secrets;
}

async function fromAws(tools: Tools, files: readonly string[], choice: Choice): Promise<Secret[]> {
  const { aws, stores, spoolFolder } = tools;
  const secrets: Secret[] = [];
  for (const place of await placesOf(tools, files)) {
    const stored = await readStored(tools, place, choice.only);
    const opened = await pMap(
      withoutBlobs(tools, choice, stored, ([, parameter]) => isPointer(parameter)),
      async ([name, parameter]) => ({
        name,
        // What a pointer leads to is under a key.
        isSecret: parameter.type === 'SecureString' || isPointer(parameter),
        version: parameter.version,
        bytes: await followPointer(parameter, {
          objects: () => stores.objects(place.region),
          kms: () => aws.kms(place.region),
          spoolFolder,
        }),
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
  if (left > 0) host.note(left === 1 ? '1 blob is left out' : `${left} blobs are left out`);
  return kept;
}

async function readStored(
  { stores }: Tools,
  { path, region, names }: SsmPlace,
  only: Only,
): Promise<(readonly [string, StoredParameter])[]> {
  const parameters = await stores.parameters(region);
  const all = names ?? (await parameters.describePath(path)).map(({ name }) => name).toSorted();
  if (all.length === 0) {
    throw new CofferError('not-found', `there is no parameter under ${path}`);
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
      hint: 'coffer diff shows what is missing, coffer sync puts it there',
    });
  });
}
