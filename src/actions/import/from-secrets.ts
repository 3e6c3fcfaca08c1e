import pMap from 'p-map';
import { CofferError } from '../../errors.ts';
import { isThere } from '../../files/private-file.ts';
import { shellFile } from '../../files/shell-words.ts';
import { countOf } from '../../formats/count.ts';
import type { Manifest, Tags } from '../../manifest/model.ts';
import type { Destination, NewSettings } from '../../manifest/new-manifest.ts';
import type { OpenedSecret, Secret } from '../../stores/secrets/model.ts';
import { changeManifest } from '../manifests.ts';
import type { SealReport } from '../sealing.ts';
import type { Tools, WriteOptions } from '../tools.ts';
import { chooseEntries, type Choice, type Chosen } from './chosen.ts';
import { importInto, importNew } from './from-file.ts';
import type { Entry } from './read/entries.ts';
import { propertiesOf, textsOf } from './json-secret.ts';
import { settingsOf, underOtherKeys } from './settings.ts';

export interface ImportSecretsOptions extends WriteOptions, Choice {
  /** Replaces the values that the manifest has. */
  overwrite?: boolean | undefined;
  /** Settings of a new manifest; the secrets say what is missing. */
  destination?: Partial<Destination> | undefined;
}

/** A secret with its value. */
interface FoundSecret extends Secret {
  value: OpenedSecret['value'];
  kmskey: string | undefined;
  pointer: undefined;
}

/**
 * Seals what Secrets Manager holds into a manifest, which may be new. Plaintext stays in memory.
 * @param wanted the name of a secret, its ARN, or a prefix of several that ends with a slash
 */
export async function importSecrets(
  tools: Tools,
  wanted: string,
  file: string,
  options: ImportSecretsOptions = {},
): Promise<SealReport> {
  if (await isThere(file)) {
    return changeManifest(tools, file, options, async (manifest) => {
      refuseFarAway(wanted, manifest.region);
      const found = await findSecrets(tools, wanted, manifest.region);
      const source = nameOf(wanted, found);
      requireSame(manifest, source, found);
      const chosen = await choose(tools, source, found, manifest, options);
      const report = await importInto(tools, manifest, chosen, options);
      return tell(tools, found, manifest, report);
    });
  }
  const homeRegion = tools.homeRegion ?? regionOf(wanted);
  if (!homeRegion) {
    throw new CofferError('usage', 'coffer import needs --region, which goes into the manifest');
  }
  refuseFarAway(wanted, homeRegion.toLowerCase());
  const found = await findSecrets(tools, wanted, homeRegion);
  const source = nameOf(wanted, found);
  const settings = settingsFor(found, source, homeRegion.toLowerCase(), options.destination);
  const chosen = await choose(tools, source, found, settings, options);
  const report = await importNew(tools, file, settings, chosen, options);
  return tell(tools, found, settings, report);
}

/** Of an ARN. */
function regionOf(source: string): string | undefined {
  return source.startsWith('arn:') ? source.split(':')[3] : undefined;
}

function refuseFarAway(source: string, region: string): void {
  const there = regionOf(source);
  if (there === undefined || there === region) return;
  throw new CofferError('usage', `${source} is in ${there}, and the manifest in ${region}`);
}

/** The name behind an ARN. */
function nameOf(source: string, [first]: readonly FoundSecret[]): string {
  return source.startsWith('arn:') ? (first?.name ?? source) : source;
}

async function findSecrets(
  { stores, concurrency, limit }: Tools,
  source: string,
  region: string,
): Promise<FoundSecret[]> {
  const secrets = await stores.secrets(region);
  const names = source.endsWith('/')
    ? [...(await secrets.list(source.replace(/^\//, ''))).values()]
        .filter(({ deleted }) => !deleted)
        .map(({ name }) => name)
        .toSorted()
    : [source];
  const found = await pMap(
    names,
    // A listing does not tell the copies.
    async (name): Promise<FoundSecret[]> => {
      const secret = await secrets.describe(name);
      if (!secret || secret.deleted) return [];
      const { value } = await secrets.get(name);
      limit.take(name, 'text' in value ? Buffer.byteLength(value.text) : value.bytes.length);
      const own = Object.entries(secret.tags).filter(([key]) => !key.startsWith('aws:'));
      const tags = Object.fromEntries(own);
      return [{ ...secret, tags, value, kmskey: secret.keyId, pointer: undefined }];
    },
    { concurrency },
  );
  if (found.flat().length > 0) return found.flat();
  throw new CofferError('not-found', `no secret ${source} in ${region}`, {
    hint: 'a prefix of several secrets ends with a slash, such as prod/; a file with values has to exist',
  });
}

function settingsFor(
  found: readonly FoundSecret[],
  source: string,
  region: string,
  given: Partial<Destination> = {},
): NewSettings {
  const { tags, kmskey = given.kmskey } = settingsOf(found);
  if (kmskey === undefined) {
    throw new CofferError('usage', `${source} has no KMS key of its own`, {
      hint: 'name the key for it with --kmskey: the first sync encrypts it with that key',
    });
  }
  const [first] = found;
  const isOne = !source.endsWith('/') && first !== undefined && propertiesOf(first) !== undefined;
  const name = `/${source.replace(/^\//, '')}`;
  return {
    account: given.account,
    path: given.path ?? (isOne ? `${name}/` : name.replace(/[^/]*$/, '')),
    region,
    kmskey: given.kmskey ?? kmskey,
    store: 'secretsmanager',
    secret: isOne ? source : undefined,
    description: isOne ? first.description || undefined : undefined,
    tags,
    replicas: commonReplicas(found),
  };
}

function commonReplicas([first, ...others]: readonly FoundSecret[]): string[] {
  const isEverywhere = (region: string) => others.every((one) => one.replicas.includes(region));
  return (first?.replicas ?? []).filter(isEverywhere);
}

/** A sync would write to other names than those that were read. */
function requireSame(manifest: Manifest, source: string, found: readonly FoundSecret[]): void {
  const { file, store, secret, path } = manifest;
  if (store !== 'secretsmanager') {
    throw new CofferError('usage', `${file} does not send its values to Secrets Manager`, {
      hint: `coffer move ${shellFile(file)} --store secretsmanager changes that`,
    });
  }
  if (secret !== undefined && secret !== source) {
    throw new CofferError('usage', `the secret of ${file} is ${secret}, not ${source}`);
  }
  if (secret === undefined && !found.every(({ name }) => `/${name}`.startsWith(path))) {
    throw new CofferError('usage', `the path of ${file} is ${path}, which ${source} is not below`);
  }
}

async function choose(
  { host }: Tools,
  source: string,
  found: readonly FoundSecret[],
  { path, secret, tags = {} }: Pick<NewSettings, 'path' | 'secret' | 'tags'>,
  choice: Choice,
): Promise<Chosen[]> {
  const [first] = found;
  if (secret !== undefined && first) {
    return required(
      await chooseEntries(textsOf(first, host, choice), source, host, choice),
      source,
    );
  }
  const byName = new Map(found.map((one) => [`/${one.name}`.slice(path.length), one]));
  const entries = [...byName].map(([name, { value }]): Entry => {
    return { name, value: 'text' in value ? value.text : value.bytes, line: 1 };
  });
  const chosen = await chooseEntries(entries, source, host, choice);
  return required(chosen, source).map(({ parameter, value }) => {
    const one = byName.get(parameter.name);
    const details = { description: one?.description || undefined, tags: ownTags(one, tags) };
    return { parameter: { ...parameter, ...details }, value };
  });
}

function required(chosen: Chosen[], source: string): Chosen[] {
  if (chosen.length > 0) return chosen;
  throw new CofferError('source', `nothing of ${source} is left to import`);
}

function ownTags(secret: FoundSecret | undefined, common: Tags): Tags {
  const tags = Object.entries(secret?.tags ?? {});
  return Object.fromEntries(tags.filter(([key, value]) => common[key] !== value));
}

function tell(
  { host }: Tools,
  found: readonly FoundSecret[],
  { kmskey, replicas = [] }: Partial<Pick<NewSettings, 'kmskey' | 'replicas'>>,
  report: SealReport,
): SealReport {
  host.note(`${countOf(report.sealed.length, 'value')} imported from Secrets Manager`);
  host.note('the first coffer sync writes them again: coffer did not write these versions');
  const otherKeys = underOtherKeys(found, kmskey);
  if (otherKeys.length > 0) {
    host.warn({
      message: `encrypted with another key than ${kmskey}: ${otherKeys.join(', ')}`,
      hint: 'a manifest has one kmskey; coffer sync would encrypt these with it',
    });
  }
  const all = [...replicas].toSorted().join(', ');
  const uneven = found.filter((secret) => secret.replicas.join(', ') !== all);
  if (uneven.length > 0) {
    const names = uneven.map((one) => `${one.name} (${one.replicas.join(', ') || 'none'})`);
    host.warn({
      message: `copies in other regions than the replicas of the manifest (${all || 'none'}): ${names.join(', ')}`,
      hint: 'a manifest has the same replicas for all of its secrets: coffer sync adds and removes copies',
    });
  }
  const rotated = found.filter(({ isRotated }) => isRotated).map(({ name }) => name);
  if (rotated.length > 0) {
    host.warn({
      message: `AWS rotates ${rotated.join(', ')}`,
      hint: 'coffer sync leaves these alone without --take-over',
    });
  }
  return report;
}
