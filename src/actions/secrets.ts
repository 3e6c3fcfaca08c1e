import { tmpdir } from 'node:os';
import pMap from 'p-map';
import type { StoredParameter } from '../stores/ssm.ts';
import { parsePointer } from '../crypto/pointer.ts';
import { CofferError, type Place } from '../errors.ts';
import { parseSelector } from '../plan/versions.ts';
import { followPointer } from '../stores/follow.ts';
import type { Context } from '../cli/context.ts';
import { openerFor, readManifests } from './manifests.ts';
import { placesOf, type SsmPlace } from './places.ts';

/** An opened value. */
export interface Secret {
  /** Without the path. */
  name: string;
  bytes: Buffer;
  /** Whether it is one, as against a plain String. */
  isSecret: boolean;
  /** In SSM; absent for what comes from a manifest. */
  version?: number | undefined;
  /** In the manifest; absent for what comes from SSM. */
  place?: Place | undefined;
}

/** The values of a call's manifests, or what AWS holds for them with `--from aws`. */
export async function readSecrets(context: Context): Promise<Secret[]> {
  const { flags } = context;
  const only = new Only(flags.list('only'));
  const isFromAws = flags.string('from') === 'aws';
  const secrets = await (isFromAws ? fromAws(context, only) : fromManifests(context, only));
  only.refuseUnused();
  return secrets;
}

/** `--only NAME`, or `NAME@VERSION` of what AWS holds. */
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

async function fromManifests(context: Context, only: Only): Promise<Secret[]> {
  if (only.hasVersions) {
    throw new CofferError('usage', 'a manifest has no versions', { hint: 'add --from aws' });
  }
  const path = context.args.find((arg) => arg.endsWith('/'));
  if (path !== undefined) {
    throw new CofferError('usage', `${path} is a path, not a manifest`, {
      hint: 'add --from aws for what is there',
    });
  }
  const secrets: Secret[] = [];
  for (const manifest of await readManifests(context, context.args)) {
    const opener = await openerFor(context, manifest);
    const wanted = manifest.parameters.filter(({ name, fullName }) => only.has(name, fullName));
    const opened = await pMap(
      withoutBlobs(context, wanted, ({ content }) => content.kind === 'blob'),
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

async function fromAws(context: Context, only: Only): Promise<Secret[]> {
  const secrets: Secret[] = [];
  for (const place of await placesOf(context)) {
    const stored = await readStored(context, place, only);
    const opened = await pMap(
      withoutBlobs(context, stored, ([, parameter]) => isPointer(parameter)),
      async ([name, parameter]) => ({
        name,
        // What a pointer leads to is under a key.
        isSecret: parameter.type === 'SecureString' || isPointer(parameter),
        version: parameter.version,
        bytes: await followPointer(parameter, {
          objects: () => context.aws.objects(place.region),
          kms: () => context.aws.kms(place.region),
          spoolFolder: tmpdir(),
        }),
      }),
      { concurrency: 4 },
    );
    secrets.push(...opened);
  }
  return secrets;
}

function isPointer({ type, value }: StoredParameter): boolean {
  return type === 'String' && parsePointer(value) !== undefined;
}

/** `--no-blobs` leaves out what is in S3, or is to be there. */
function withoutBlobs<T>(
  { flags, terminal }: Context,
  items: readonly T[],
  isBlob: (item: T) => boolean,
): readonly T[] {
  if (flags.isAllowed('blobs')) return items;
  const kept = items.filter((item) => !isBlob(item));
  const left = items.length - kept.length;
  if (left > 0) terminal.note(left === 1 ? '1 blob is left out' : `${left} blobs are left out`);
  return kept;
}

async function readStored(
  context: Context,
  { path, region, names }: SsmPlace,
  only: Only,
): Promise<(readonly [string, StoredParameter])[]> {
  const parameters = await context.aws.parameters(region);
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
