import { CofferError } from '../errors.ts';
import {
  ANNOTATIONS,
  API_VERSION,
  KIND,
  pinsOf,
  type CofferSecret,
  type CofferSecretSpec,
  type PinnedKey,
  type SecretType,
  type Workload,
} from '../formats/coffer-secret.ts';
import { renderCofferSecret } from '../formats/coffer-secret-yaml.ts';
import { refuseNames } from '../formats/kubernetes.ts';
import { readManifests } from './manifests.ts';
import { readText } from './pin/read.ts';
import { refuseRole } from './pin/role.ts';
import { versionsIn } from './pin/from-report.ts';
import { currentVersions, type Versions } from './pin/versions.ts';
import { wantedOf, type Wanted } from './pin/wanted.ts';
import type { Tools } from './tools.ts';

export interface PinOptions extends Partial<
  Pick<CofferSecretSpec, 'roleArn' | 'immutable' | 'deletionPolicy'>
> {
  type?: SecretType | undefined;
  /** Name of the CofferSecret and of its Secret. */
  name?: string | undefined;
  namespace?: string | undefined;
  /** Adds the first 8 hex digits of the pins to the name. */
  suffix?: boolean | undefined;
  /** Only these parameters. */
  only?: readonly string[] | undefined;
  /** A file with the JSON report of `sync` or `save`, instead of calls to AWS. */
  fromReport?: string | undefined;
  /** Workloads to restart, as `kind/name`. */
  restart?: readonly string[] | undefined;
}

export interface PinReport {
  resource: CofferSecret;
  /** The resource as YAML. */
  text: string;
}

/**
 * Returns the CofferSecret that pins the values of manifests to their versions in AWS. Opens no
 * value.
 * @throws CofferError `not-found` for values that are not in AWS
 */
export async function pin(
  tools: Tools,
  files: readonly string[],
  { name = '', namespace, suffix = false, fromReport, only = [], ...options }: PinOptions,
): Promise<PinReport> {
  if (name === '') {
    throw new CofferError('usage', 'coffer pin needs --name, the name of the CofferSecret');
  }
  refuseNames({ name: suffix ? `${name}-${'0'.repeat(SUFFIX)}` : name, namespace });
  const restart = options.restart?.map(toWorkload);
  refuseRole(options.roleArn);
  if (fromReport === '-' && files.includes('-')) {
    throw new CofferError('usage', 'standard input cannot be both a manifest and the report');
  }
  const wanted = wantedOf(await readManifests(tools, files), only);
  const versions =
    fromReport === undefined
      ? await currentVersions(tools, wanted)
      : versionsIn(await readText(tools, fromReport), titleOf(fromReport), wanted);
  const spec: CofferSecretSpec = {
    region: wanted[0]?.manifest.region ?? '',
    ...withoutDefaults(options),
    ...(restart && restart.length > 0 && { restart }),
    data: wanted.map((item) => toPinnedKey(item, versions)),
  };
  const { pinnedAt } = versions;
  const isTimed = spec.data.some(({ ssm }) => ssm);
  const resource: CofferSecret = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name: suffix ? `${name}-${pinsOf(spec).slice(0, SUFFIX)}` : name,
      ...(namespace !== undefined && { namespace }),
      ...(isTimed &&
        pinnedAt && { annotations: { [ANNOTATIONS.pinnedAt]: pinnedAt.toISOString() } }),
    },
    spec,
  };
  return { resource, text: renderCofferSecret(resource) };
}

const SUFFIX = 8;

function titleOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** What differs from what a CofferSecret is without it. */
function withoutDefaults({
  roleArn,
  type,
  immutable = false,
  deletionPolicy,
}: PinOptions): Partial<CofferSecretSpec> {
  return {
    ...(roleArn !== undefined && { roleArn }),
    ...(type !== undefined && { type }),
    ...(immutable && { immutable }),
    ...(deletionPolicy !== undefined && { deletionPolicy }),
  };
}

function toPinnedKey(
  { manifest, parameter, stored, key }: Wanted,
  { ssm, secretsmanager }: Versions,
): PinnedKey {
  if (manifest.store === 'secretsmanager') {
    const property = manifest.secret === undefined ? {} : { property: parameter.name };
    const versionId = secretsmanager.get(stored) ?? '';
    return { key, secretsManager: { secretId: stored, versionId, ...property } };
  }
  const { version = 0, object } = ssm.get(stored) ?? {};
  return { key, ssm: { name: stored, version, ...(object !== undefined && { object }) } };
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** `deployment/api`, as kubectl writes it. */
function toWorkload(text: string): Workload {
  const [, word = '', name = ''] = /^(\w+)\/([^/]+)$/.exec(text) ?? [];
  const kind = KINDS.find((one) => one.toLowerCase() === word.toLowerCase());
  if (kind === undefined) {
    throw new CofferError('usage', `--restart ${text} names no workload`, {
      hint: `write kind/name, such as deployment/api; kinds: ${KINDS.join(', ')}`,
    });
  }
  refuseNames({ name });
  return { kind, name };
}
