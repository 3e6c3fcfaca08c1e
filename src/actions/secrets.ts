import pMap from 'p-map';
import { shellFile } from '../files/shell-words.ts';
import { propertyOf } from '../formats/properties.ts';
import { entriesOf, nameInStore, type Entry } from '../manifest/entries.ts';
import type { Parameter, StoreName } from '../manifest/model.ts';
import { isSecretType, type StoredValue } from '../stores/parameter.ts';
import type { ValueReader } from '../stores/port.ts';
import { pointerOf } from '../crypto/pointer.ts';
import { CofferError, isFailure } from '../errors.ts';
import type { Secret } from '../formats/format.ts';
import { accountDemands, folderDemand, manifestDemands } from './demands.ts';
import { openerFor, readManifests } from './manifests.ts';
import { Only } from './only.ts';
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
  const places = await placesOf(tools, files, choice);
  for (const place of places) {
    // In one of several paths, a name may be missing; under / there may be names without a slash.
    const isNamed = places.length === 1 && place.path !== '/' && choice.only.areBelow(place.path);
    const stored = await readStored(tools, place, choice.only, isNamed);
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
  isNamed: boolean,
): Promise<(readonly [string, StoredValue])[]> {
  const { readerFor } = await import('./stores.ts');
  const reader = await readerFor(tools, place);
  const { path, region, store, manifest } = place;
  const prefix = nameInStore(store, path);
  // Under / there may be names without a slash.
  const short = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const full = (name: string) => (name.startsWith(prefix) ? name : `${prefix}${name}`);
  // A list takes a right that no policy can limit to a path, so names are read without one.
  const all = manifest
    ? entriesOf(manifest)
    : isNamed
      ? [...new Set(only.names.map(full))].map((name) => ({ name, parameters: [] }))
      : await listEntries(reader, path);
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
      const where = manifest || region === undefined ? 'AWS' : region;
      throw new CofferError('not-found', `${entry.name} is not in ${where}`, {
        hint: manifest
          ? 'coffer diff shows what is missing, coffer sync writes it'
          : `coffer list ${shellFile(path)} shows the names below it`,
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
  const listed = await reader.list(path).catch((error: unknown) => {
    throw explainList(error);
  });
  const names = listed.map(({ name }) => name).toSorted();
  return names.map((name) => ({ name, parameters: [] }));
}

/** What reads a place without the right to list it, which the policy for readers leaves out. */
function explainList(error: unknown): unknown {
  if (!isFailure(error, 'denied')) return error;
  const hint =
    'IAM cannot limit a list to a path, so readers have no right to it: name what to read with --only, or name the manifest instead of the path';
  return new CofferError(error.code, error.message, { hint, cause: error.cause });
}
