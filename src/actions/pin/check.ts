import pMap from 'p-map';
import { pointerOf } from '../../crypto/pointer.ts';
import {
  ANNOTATIONS,
  isYounger,
  type CofferSecret,
  type PinnedKey,
  type SecretsManagerPin,
  type SsmPin,
} from '../../formats/coffer-secret.ts';
import { readCofferSecrets } from '../../formats/coffer-secret-yaml.ts';
import type { Version } from '../../stores/model.ts';
import type { StoredParameter } from '../../stores/parameter.ts';
import type { Secret } from '../../stores/secrets/model.ts';
import type { Tools } from '../tools.ts';
import { readText } from './read.ts';

/** A pin that is not to what AWS has now. */
export interface BehindPin {
  file: string;
  /** Name of the CofferSecret. */
  resource: string;
  region: string;
  key: string;
  /** Name in the store. */
  name: string;
  pinned: Version;
  /** What AWS has; absent if it has nothing. */
  current: Version | undefined;
  /**
   * `version`: AWS has another one; `object`: the pinned version names another object; `replaced`:
   * the parameter was deleted and made again since; `missing`: AWS has none.
   */
  why: 'version' | 'object' | 'replaced' | 'missing';
}

export interface PinCheckReport {
  /** Number of pins. */
  pins: number;
  behind: BehindPin[];
}

interface Found {
  file: string;
  resource: CofferSecret;
}

/**
 * Compares the pins in YAML files with AWS. Opens no value: it takes ssm:GetParameters and
 * secretsmanager:DescribeSecret.
 * @throws CofferError `usage` for files without a CofferSecret
 */
export async function checkPins(tools: Tools, files: readonly string[]): Promise<PinCheckReport> {
  const found: Found[] = [];
  for (const file of new Set(files)) {
    const resources = readCofferSecrets(await readText(tools, file), file);
    found.push(...resources.map((resource) => ({ file, resource })));
  }
  const behind: BehindPin[] = [];
  for (const region of new Set(found.map(({ resource }) => resource.spec.region))) {
    const here = found.filter(({ resource }) => resource.spec.region === region);
    const current = await readCurrent(
      tools,
      region,
      here.flatMap(({ resource }) => resource.spec.data),
    );
    behind.push(...here.flatMap((item) => compare(item, current)));
  }
  const pins = found.reduce((sum, { resource }) => sum + resource.spec.data.length, 0);
  return { pins, behind };
}

interface Current {
  parameters: ReadonlyMap<string, StoredParameter>;
  secrets: ReadonlyMap<string, Secret>;
}

async function readCurrent(
  { stores, concurrency }: Tools,
  region: string,
  data: readonly PinnedKey[],
): Promise<Current> {
  const names = [...new Set(data.flatMap(({ ssm }) => ssm?.name ?? []))];
  const ids = [...new Set(data.flatMap(({ secretsManager }) => secretsManager?.secretId ?? []))];
  const parameters =
    names.length === 0
      ? new Map<string, StoredParameter>()
      : await (await stores.parameters(region)).getMany(names, false);
  const described = await pMap(
    ids,
    async (id) => [id, await (await stores.secrets(region)).describe(id)] as const,
    { concurrency },
  );
  const secrets = described.flatMap(([id, secret]) =>
    secret && !secret.deleted ? [[id, secret] as const] : [],
  );
  return { parameters, secrets: new Map(secrets) };
}

function compare({ file, resource }: Found, { parameters, secrets }: Current): BehindPin[] {
  const { metadata, spec } = resource;
  const pinnedAt = metadata.annotations?.[ANNOTATIONS.pinnedAt];
  return spec.data.flatMap(({ key, ssm, secretsManager }): BehindPin[] => {
    const found = ssm
      ? compareParameter(ssm, parameters.get(ssm.name), pinnedAt)
      : compareSecret(secretsManager, secrets.get(secretsManager.secretId));
    return found.why === undefined
      ? []
      : [{ file, resource: metadata.name, region: spec.region, key, ...found, why: found.why }];
  });
}

/** A pin and what AWS has; `why` is absent if they are the same. */
type Compared = Pick<BehindPin, 'name' | 'pinned' | 'current'> & {
  why: BehindPin['why'] | undefined;
};

function compareParameter(
  pin: SsmPin,
  there: StoredParameter | undefined,
  pinnedAt: string | undefined,
): Compared {
  const why = whyBehind(pin, there, pinnedAt);
  return { name: pin.name, pinned: pin.version, current: there?.version, why };
}

function compareSecret(
  { secretId, versionId }: SecretsManagerPin,
  there: Secret | undefined,
): Compared {
  const current = there?.current;
  const other = current === undefined ? 'missing' : 'version';
  const why = current === versionId ? undefined : other;
  return { name: secretId, pinned: versionId, current, why };
}

function whyBehind(
  { version, object }: SsmPin,
  there: StoredParameter | undefined,
  pinnedAt: string | undefined,
): BehindPin['why'] | undefined {
  if (!there) return 'missing';
  // A version only grows, unless the parameter was deleted.
  if (there.version < version) return 'replaced';
  if (there.version > version) return 'version';
  if (isYounger(there.modified, pinnedAt)) return 'replaced';
  return pointerOf(there)?.sha256 === object ? undefined : 'object';
}
