import { LineCounter, parseAllDocuments, stringify, type Document } from 'yaml';
import { CofferError, type Place } from '../errors.ts';
import {
  ANNOTATIONS,
  API_VERSION,
  KIND,
  type CofferSecret,
  type CofferSecretSpec,
  type PinnedKey,
} from './coffer-secret.ts';
import { KUBERNETES_YAML } from './kubernetes.ts';
import { isMap } from './plain-map.ts';

export function renderCofferSecret(resource: CofferSecret): string {
  return stringify(resource, KUBERNETES_YAML);
}

/**
 * The CofferSecrets of a text with one or more YAML documents; resources of other kinds do not
 * count. Reads what the comparison with AWS needs, and leaves the rest to Kubernetes.
 * @throws CofferError `usage` if there is none, or one is not valid
 */
export function readCofferSecrets(text: string, file: string): CofferSecret[] {
  const counter = new LineCounter();
  // Its errors would quote the text, which may be a Secret.
  const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false });
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { file, line, column: col };
  };
  const found = [...documents].flatMap((document): CofferSecret[] => {
    const [error] = document.errors;
    if (error) throw refuse('this is not YAML', placeOf(error.pos[0]));
    const place = placeOf(document.contents?.range?.[0] ?? 0);
    return resourcesIn(valueOf(document)).map((value) => toCofferSecret(value, place));
  });
  if (found.length > 0) return found;
  throw refuse(`${file} has no ${KIND}`, undefined, 'coffer pin app.yml --name app prints one');
}

function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** A resource, or those in a list, as kubectl prints several. */
function resourcesIn(value: unknown): Map[] {
  if (!isMap(value)) return [];
  if (value['kind'] === KIND) return [value];
  const { items } = value;
  return Array.isArray(items) ? items.flatMap(resourcesIn) : [];
}

type Map = Readonly<Record<string, unknown>>;

function toCofferSecret(value: Map, place: Place): CofferSecret {
  const metadata = mapIn(value, 'metadata');
  const spec = mapIn(value, 'spec');
  const name = textIn(metadata, 'name');
  const region = textIn(spec, 'region');
  const { data } = spec;
  const pinnedAt = textIn(mapIn(metadata, 'annotations'), ANNOTATIONS.pinnedAt);
  if (value['apiVersion'] !== API_VERSION) throw refuse(`apiVersion is not ${API_VERSION}`, place);
  if (name === undefined) throw refuse('metadata.name is missing', place);
  const about = (problem: string) => refuse(`${name}: ${problem}`, place);
  if (region === undefined) throw about('spec.region is missing');
  if (!Array.isArray(data) || data.length === 0) throw about('spec.data is not a list of keys');
  if (pinnedAt !== undefined && Number.isNaN(Date.parse(pinnedAt))) {
    throw about(`the annotation ${ANNOTATIONS.pinnedAt} is not a time`);
  }
  const namespace = textIn(metadata, 'namespace');
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name,
      namespace,
      annotations: pinnedAt === undefined ? {} : { [ANNOTATIONS.pinnedAt]: pinnedAt },
    },
    spec: {
      region,
      data: data.map((item, index) => {
        const entry = toPinnedKey(item);
        if (entry) return entry;
        throw about(
          `spec.data[${index}] needs a key and either ssm with name and version, or secretsManager with secretId and versionId`,
        );
      }),
    } satisfies CofferSecretSpec,
  };
}

function toPinnedKey(item: unknown): PinnedKey | undefined {
  if (!isMap(item)) return undefined;
  const key = textIn(item, 'key');
  const [ssm, secret] = [mapIn(item, 'ssm'), mapIn(item, 'secretsManager')];
  const { version } = ssm;
  const [name, object] = [textIn(ssm, 'name'), textIn(ssm, 'object')];
  const [secretId, versionId] = [textIn(secret, 'secretId'), textIn(secret, 'versionId')];
  if (key === undefined || ('ssm' in item && 'secretsManager' in item)) return undefined;
  if (name !== undefined && isVersion(version)) return { key, ssm: { name, version, object } };
  if (secretId === undefined || versionId === undefined) return undefined;
  return { key, secretsManager: { secretId, versionId, property: textIn(secret, 'property') } };
}

export function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** What is not a map counts as an empty one. */
function mapIn(map: Map, key: string): Map {
  const value = map[key];
  return isMap(value) ? value : {};
}

function textIn(map: Map, key: string): string | undefined {
  const value = map[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function refuse(message: string, place?: Place, hint?: string): CofferError {
  return new CofferError('usage', message, { place, hint });
}
