import { accountDemands, folderDemand } from '../../actions/demands.ts';
import type { Tools } from '../../actions/tools.ts';
import { pointerOf } from '../../crypto/pointer.ts';
import {
  isYounger,
  type CofferSecretSpec,
  type SecretsManagerPin,
  type SsmPin,
} from '../../formats/coffer-secret.ts';
import { propertyOf } from '../../formats/properties.ts';
import { SizeLimit } from '../../sizes.ts';
import { followPointer } from '../../stores/follow.ts';
import type { StoredParameter } from '../../stores/parameter.ts';
import { SyncError } from './failure.ts';

/** Reads AWS with the rights of one role. */
export type AwsReader = Pick<Tools, 'aws' | 'stores' | 'spoolFolder'>;

/** Kubernetes takes no larger Secret. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads the pinned versions of one CofferSecret, by key.
 * @param pinnedAt when the pins were made, if anybody knows
 * @throws SyncError, CofferError
 */
export async function readValues(
  { region, data }: CofferSecretSpec,
  pinnedAt: string | undefined,
  reader: AwsReader,
): Promise<Map<string, Buffer>> {
  const { aws, stores, spoolFolder } = reader;
  const limit = new SizeLimit(MOST_BYTES, { hint: 'a Secret holds 1 MiB: use several' });
  const services = {
    objects: () => stores.objects(region),
    kms: () => aws.kms(region),
    spoolFolder,
    limit,
  };
  const pins = data.flatMap(({ ssm }) => (ssm ? [ssm] : []));
  const parameters = await readParameters(pins, region, reader);
  const values = new Map<string, Buffer>();
  for (const { key, ssm, secretsManager } of data) {
    if (ssm) {
      const parameter = checked(parameters.get(selectorOf(ssm)), ssm, pinnedAt);
      const demands = pointerOf(parameter)
        ? {
            ...accountDemands(parameter, { allowForeign: false }),
            ...folderDemand(parameter.name, { allowForeign: false }),
          }
        : {};
      values.set(key, await followPointer(parameter, services, demands));
    } else {
      const value = await readSecret(secretsManager, region, reader);
      limit.take(key, value.length);
      values.set(key, value);
    }
  }
  return values;
}

async function readParameters(
  pins: readonly SsmPin[],
  region: string,
  { stores }: AwsReader,
): Promise<Map<string, StoredParameter>> {
  const selectors = [...new Set(pins.map(selectorOf))];
  if (selectors.length === 0) return new Map();
  return (await stores.parameters(region)).getMany(selectors);
}

/** SSM's own notation. */
function selectorOf({ name, version }: SsmPin): string {
  return `${name}:${version}`;
}

/** The parameter, if it is what was pinned. */
function checked(
  parameter: StoredParameter | undefined,
  pin: SsmPin,
  pinnedAt: string | undefined,
): StoredParameter {
  const { name, version, object } = pin;
  if (!parameter) {
    throw new SyncError(
      'VersionNotFound',
      `SSM has no version ${version} of ${name}; it keeps the last 100: pin a newer one`,
    );
  }
  if (isYounger(parameter.modified, pinnedAt)) {
    throw new SyncError(
      'VersionReplaced',
      `version ${version} of ${name} was written on ${parameter.modified?.toISOString()}, after it was pinned: the parameter was deleted and created again; pin it anew`,
    );
  }
  const pointer = pointerOf(parameter);
  if (object !== undefined && object !== pointer?.sha256) {
    const found = pointer ? `points to the object ${pointer.sha256}` : 'is no pointer';
    throw new SyncError(
      'PointerChanged',
      `version ${version} of ${name} ${found}, but the pin names ${object}`,
    );
  }
  return parameter;
}

async function readSecret(
  { secretId, versionId, property }: SecretsManagerPin,
  region: string,
  { stores }: AwsReader,
): Promise<Buffer> {
  const { value } = await (await stores.secrets(region)).get(secretId, versionId);
  if (property === undefined) return 'text' in value ? Buffer.from(value.text) : value.bytes;
  if ('text' in value) return Buffer.from(propertyOf(value.text, property, secretId));
  throw new SyncError('VersionNotFound', `${secretId} has no properties: its value is not text`);
}
