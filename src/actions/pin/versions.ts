import { pointerOf } from '../../crypto/pointer.ts';
import { CofferError } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import { desiredSecrets } from '../../plan/desired-secrets.ts';
import type { StoredParameter } from '../../stores/parameter.ts';
import type { Tools } from '../tools.ts';
import type { Wanted } from './wanted.ts';

/** What to pin, by store and name. */
export interface Versions {
  ssm: ReadonlyMap<string, { version: number; object: string | undefined }>;
  secretsmanager: ReadonlyMap<string, string>;
  /** No version of SSM is younger; absent if there is none. */
  pinnedAt: Date | undefined;
}

/**
 * The versions in AWS, which takes no right to decrypt. Those of Secrets Manager follow from git,
 * without a call.
 * @throws CofferError `not-found` with all names that SSM does not have
 */
export async function currentVersions(tools: Tools, wanted: readonly Wanted[]): Promise<Versions> {
  const inSsm = wanted.filter(({ manifest }) => manifest.store === 'ssm');
  const region = inSsm[0]?.manifest.region;
  const names = [...new Set(inSsm.map(({ stored }) => stored))];
  for (const manifest of new Set(inSsm.map((one) => one.manifest))) {
    await tools.aws.requireAccountOf(manifest);
  }
  const found =
    names.length === 0
      ? new Map<string, StoredParameter>()
      : await (await tools.stores.parameters(region)).getMany(names, false);
  refuseMissing(inSsm.filter(({ stored }) => !found.has(stored)));
  for (const { manifest, parameter, stored } of inSsm) {
    const there = found.get(stored);
    if (!there || !differsFrom(parameter, there)) continue;
    tools.host.warn({
      message: `${stored}: version ${there.version} in AWS is not what ${manifest.file} has`,
      hint: 'to pin the value in git, run coffer sync first',
    });
  }
  const times = [...found.values()].flatMap(({ modified }) => modified?.getTime() ?? []);
  return {
    ssm: new Map(
      [...found].map(([name, there]) => [
        name,
        { version: there.version, object: pointerOf(there)?.sha256 },
      ]),
    ),
    secretsmanager: await versionsInGit(wanted),
    pinnedAt: times.length === 0 ? undefined : new Date(Math.max(...times)),
  };
}

async function versionsInGit(wanted: readonly Wanted[]): Promise<Map<string, string>> {
  const manifests = new Set<Manifest>(wanted.map(({ manifest }) => manifest));
  const found = new Map<string, string>();
  for (const manifest of manifests) {
    if (manifest.store !== 'secretsmanager') continue;
    for (const { name, secret } of await desiredSecrets(manifest, { noDecrypt: true })) {
      if (secret) found.set(name, secret.versionId);
    }
  }
  return found;
}

/**
 * Whether SSM is known to hold another value than git, without opening either: a text that is no
 * secret, or the digest of an object.
 */
function differsFrom({ content, type }: Parameter, there: StoredParameter): boolean {
  const object = pointerOf(there)?.sha256;
  switch (content.kind) {
    case 'blob':
      return object !== content.blob.sha256;
    case 'plain':
      return type !== 'SecureString' && there.value !== content.text;
    case 'sealed':
    case 'psyml':
      return there.type !== type;
    case 'absent':
      return false;
  }
}

function refuseMissing(missing: readonly Wanted[]): void {
  const [first] = missing;
  if (!first) return;
  const problems = missing.map(({ stored, parameter, manifest }) => ({
    message: `${stored} is not in AWS`,
    hint: `run coffer sync ${shellFile(manifest.file)}`,
    place: parameter.place,
  }));
  const message =
    missing.length === 1
      ? `${first.stored} is not in AWS`
      : `${missing.length} values are not in AWS`;
  throw new CofferError('not-found', message, { problems });
}
