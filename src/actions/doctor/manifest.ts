import { planBucket } from '../../access/bootstrap/buckets.ts';
import { isManagedByAws } from '../../aws/managed-key.ts';
import { isFailure } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import { countOf } from '../../formats/count.ts';
import type { Manifest } from '../../manifest/model.ts';
import { inEachRegion } from '../../manifest/regions.ts';
import { fileKeyRegion } from '../../seal/file-key.ts';
import { describeGap, findGaps } from '../../seal/recovery.ts';
import { PATIENT } from '../../stores/patience.ts';
import type { Tools } from '../tools.ts';
import { fail, ok, skip, warn, type Check, type Result } from './finding.ts';
import { withCredentials, type Identity } from './machine.ts';
import { placeRights, sealingRights, topicIn } from './rights.ts';

/** What AWS has for a manifest, and what the caller may do with it. Nothing is written. */
export function manifestChecks(tools: Tools, identity: Identity, manifest: Manifest): Check[] {
  const { file, account } = manifest;
  const online = (run: () => Promise<Result>) => () => withCredentials(identity, run);
  const checks: Omit<Check, 'file'>[] = [
    ...(account === undefined
      ? []
      : [{ topic: 'account', run: online(() => judgeAccount(identity, account)) }]),
    { topic: 'file key', run: online(() => unlessDenied(() => judgeFileKey(tools, manifest))) },
    ...inEachRegion(manifest).flatMap((here) => placeChecks(tools, here, online)),
    ...[
      ...sealingRights(tools, manifest),
      ...inEachRegion(manifest).flatMap(placeRights(tools)),
    ].map(({ topic, run, needed }) => ({ topic, run: online(() => unlessDenied(run, needed)) })),
    { topic: 'recovery', run: () => judgeRecovery(manifest) },
  ];
  return checks.map((check) => ({ ...check, file }));
}

/** The key and the bucket in one region. */
function placeChecks(
  tools: Tools,
  manifest: Manifest,
  online: (run: () => Promise<Result>) => Check['run'],
): Check[] {
  const { bucket, kmskey, region } = manifest;
  const key = kmskey && {
    topic: topicIn(manifest, 'kmskey'),
    run: online(() => unlessDenied(() => judgeKey(tools, kmskey, region))),
  };
  const store = bucket && {
    topic: topicIn(manifest, 'bucket'),
    run: online(() => judgeBucket(tools, manifest, bucket)),
  };
  return [key, store].filter((check) => typeof check === 'object');
}

async function judgeAccount({ caller }: Identity, wanted: string): Promise<Result> {
  const account = await caller.then(
    (found) => found.account,
    (error: unknown) => {
      if (isFailure(error, 'network')) return undefined;
      throw error;
    },
  );
  if (account === undefined) {
    return fail(
      `the manifest is for ${wanted}, and the account of these credentials is unknown: coffer writes nothing`,
      'see the line of the identity',
    );
  }
  if (account === wanted) return ok(`${account}, as the manifest says`);
  return fail(
    `the manifest is for ${wanted}, but these credentials are of ${account}: coffer writes nothing`,
    `use credentials of ${wanted}: --profile or --role`,
  );
}

/** The key in `encrypted_with`, and whether the alias still names it. */
async function judgeFileKey(tools: Tools, manifest: Manifest): Promise<Result> {
  const { aws, fileKey } = tools;
  const { encryptedWith, region, file } = manifest;
  const named = await (await aws.keys(fileKey.region ?? region)).describe(fileKey.alias);
  if (encryptedWith === undefined) {
    if (!named) {
      return warn(
        `${fileKey.alias} does not exist in ${fileKey.region ?? region} yet`,
        `coffer encrypt creates it; or an administrator does: coffer bootstrap ${shellFile(file)} --yes`,
      );
    }
    return judgeKey(tools, fileKey.alias, fileKey.region ?? region);
  }
  const key = await judgeKey(tools, encryptedWith, fileKeyRegion(manifest, fileKey));
  if (key.state === 'fail' || named?.arn === encryptedWith) {
    return {
      ...key,
      text: named?.arn === encryptedWith ? `${fileKey.alias} → ${key.text}` : key.text,
    };
  }
  return warn(
    `${key.text}, but ${fileKey.alias} ${named ? `names ${named.arn}` : 'does not exist'}`,
    `if the alias is right: coffer refresh ${shellFile(file)}; if not, set COFFER_KEY_ALIAS or COFFER_KEY_REGION`,
  );
}

async function judgeKey({ aws }: Tools, id: string, region: string): Promise<Result> {
  const keys = await aws.keys(region);
  const key = await keys.describe(id);
  if (!key) {
    return fail(`${id} does not exist in ${region}`, 'check the account, the region and the alias');
  }
  const text = key.arn === id ? id : `${id} → ${key.arn}`;
  if (key.state !== 'Enabled') return fail(`${text} is not enabled: ${key.state}`, 'enable it');
  if (!key.isSymmetric) {
    return fail(
      `${text} is not a symmetric encryption key`,
      'name a key of type SYMMETRIC_DEFAULT',
    );
  }
  if (isManagedByAws(id)) {
    return warn(`${text} is a key of AWS, which others cannot be given`, 'name a key of your own');
  }
  if (!key.canRotate) return ok(`${text}, enabled`);
  try {
    if (await keys.isRotated(key.arn)) return ok(`${text}, enabled, rotated yearly`);
  } catch (error) {
    if (!isFailure(error, 'denied')) throw error;
    return ok(`${text}, enabled; its rotation is not for these credentials to see`);
  }
  return warn(`${text}, enabled, not rotated`, 'coffer bootstrap turns rotation on');
}

/** The settings that bootstrap would make. */
async function judgeBucket(
  { aws }: Tools,
  { file, region }: Manifest,
  name: string,
): Promise<Result> {
  try {
    const steps = await planBucket({ name, region }, await aws.buckets(region), PATIENT);
    const [bucket, ...settings] = steps;
    const repair = `coffer bootstrap ${shellFile(file)} --yes`;
    if (bucket?.state === 'create') return fail(`${name} does not exist`, repair);
    const missing = settings.filter(({ state }) => state !== 'ok').map(({ what }) => what);
    if (missing.length === 0) return ok(`${name}, with all settings of coffer bootstrap`);
    return warn(`${name} lacks: ${missing.join(', ')}`, repair);
  } catch (error) {
    if (!isFailure(error, 'denied')) throw error;
    return skip(`the settings of ${name} are not for these credentials to see (${error.message})`);
  }
}

/** A role need not have every right, so a missing one is no failure. */
async function unlessDenied(run: () => Promise<Result>, needed?: string): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!isFailure(error, 'denied')) throw error;
    const advice = 'coffer policy prints what a role needs';
    return warn(error.message, needed === undefined ? advice : `needed ${needed}; ${advice}`);
  }
}

function judgeRecovery(manifest: Manifest): Result {
  const { recovery, file } = manifest;
  const [gap, ...more] = findGaps(manifest);
  if (gap) {
    const { message, hint } = describeGap(gap, file);
    return warn(more.length > 0 ? `${message} (and ${more.length} more)` : message, hint);
  }
  if (recovery.length > 0) return ok(countOf(recovery.length, 'recipient'));
  return ok('no list: without its file key, nobody can open it');
}
