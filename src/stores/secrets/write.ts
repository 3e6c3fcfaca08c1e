import { awsErrorName } from '../../aws/errors.ts';
import { CofferError } from '../../errors.ts';
import type { Tags } from '../../manifest/model.ts';
import type { Change, Desired, DesiredSecret, Field } from '../model.ts';
import { createPatiently, type Patience } from '../patience.ts';
import type { SecretOpener, Task, Writing } from '../port.ts';
import type { SecretsManager } from './client.ts';
import { CURRENT, type Deletion, type Secret } from './model.ts';
import { refuseRotated } from './rotated.ts';

/** What writes to Secrets Manager need. */
export interface SecretWriting extends Writing {
  secrets: SecretsManager;
  patience: Patience;
  /** Writes over a secret that AWS rotates, and turns its rotation off. */
  takeOver: boolean;
}

/** Applies the planned change of one secret. */
export function changeTask(change: Change, writing: SecretWriting): Task {
  const { action, desired, actual, name } = change;
  const fields = new Set(change.differences.map(({ field }) => field));
  const isWritten = action === 'create' || fields.has('version');
  return {
    name,
    async check() {
      if (!isWritten) return;
      if (actual?.secret?.isRotated) refuseRotated(name, writing);
      await openerOf(writing).open(name);
    },
    async run() {
      if (!desired) return;
      const wanted = wantedOf(desired);
      if (action === 'create') await create(desired, wanted, writing);
      else {
        await update(desired, wanted, { fields, foreignTags: change.foreignTags }, writing);
      }
      writing.versions.set(name, wanted.versionId);
    },
  };
}

/** Writes a secret, whatever it holds. Reads no value, but whether and how it exists. */
export function saveTask(desired: Desired, writing: SecretWriting): Task {
  const { name } = desired;
  const wanted = wantedOf(desired);
  return {
    name,
    check: async () => void (await openerOf(writing).open(name)),
    async run() {
      const there = await writing.secrets.describe(name);
      if (!there) await create(desired, wanted, writing);
      else {
        if (there.isRotated) refuseRotated(name, writing);
        await update(desired, wanted, { fields: fieldsToSave(desired, there) }, writing);
      }
      writing.versions.set(name, wanted.versionId);
    },
  };
}

function fieldsToSave({ description, keyId, tags }: Desired, there: Secret): Set<Field> {
  return new Set<Field>([
    'version',
    'replicas',
    ...(there.isRotated ? (['rotation'] as const) : []),
    ...(there.deleted ? (['deletion'] as const) : []),
    ...(description === undefined ? [] : (['description'] as const)),
    ...(keyId === undefined ? [] : (['key'] as const)),
    ...(Object.keys(tags).length === 0 ? [] : (['tags'] as const)),
  ]);
}

async function create(
  desired: Desired,
  { versionId, replicas }: DesiredSecret,
  writing: SecretWriting,
): Promise<void> {
  const { name, description, keyId, tags } = desired;
  const { secrets, patience } = writing;
  const value = await openerOf(writing).open(name);
  await createPatiently(
    () => secrets.create({ name, versionId, value, description, keyId, tags, replicas }),
    async () => {
      const there = await secrets.describe(name);
      if (!there || there.deleted) return 'absent';
      // After a lost answer, the SDK repeats a write that had succeeded.
      return there.current === versionId ? 'done' : 'taken';
    },
    patience,
    SECRET_NAMES,
  );
}

/** After a secret was deleted for good, its name stays taken for a while. */
const SECRET_NAMES = {
  isTaken: (error: unknown) =>
    ['ResourceExistsException', 'InvalidRequestException'].includes(awsErrorName(error) ?? ''),
  pauseMs: 1_000,
  attempts: 61,
};

async function update(
  desired: Desired,
  wanted: DesiredSecret,
  { fields, foreignTags = [] }: { fields: ReadonlySet<Field>; foreignTags?: readonly string[] },
  writing: SecretWriting,
): Promise<void> {
  const { name, description, keyId, tags } = desired;
  const { secrets } = writing;
  if (fields.has('deletion')) await secrets.restore(name);
  // Before the value, which a rotation would replace.
  if (fields.has('rotation')) await secrets.cancelRotation(name);
  if (fields.has('description') || fields.has('key')) {
    // The key first: then the new value is encrypted with it.
    await secrets.update(name, {
      ...(fields.has('description') && { description: description ?? '' }),
      ...(fields.has('key') && { keyId }),
    });
  }
  if (fields.has('version')) await put(name, wanted.versionId, writing);
  if (foreignTags.length > 0) await secrets.removeTags(name, foreignTags);
  if (fields.has('tags')) await addTags(name, tags, secrets);
  if (fields.has('replicas')) await replicate(name, wanted.replicas, keyId, secrets);
}

/**
 * Adds a version, or makes one that was there before the current one again: AWS ignores a repeated
 * PutSecretValue, and does not show versions without labels.
 */
async function put(name: string, versionId: string, writing: SecretWriting): Promise<void> {
  const { secrets } = writing;
  const value = await openerOf(writing).open(name);
  if (await secrets.put(name, versionId, value)) return;
  const before = await secrets.describe(name);
  if (before?.current !== versionId) await secrets.makeCurrent(name, versionId, before?.current);
  const after = await secrets.describe(name);
  if (after?.current === versionId) return;
  throw new CofferError('conflict', `${name}: someone else moved the label ${CURRENT} meanwhile`, {
    hint: 'run coffer diff to see its version, and coffer sync to make the manifest current',
  });
}

async function addTags(name: string, tags: Tags, secrets: SecretsManager): Promise<void> {
  if (Object.keys(tags).length > 0) await secrets.addTags(name, tags);
}

async function replicate(
  name: string,
  wanted: readonly string[],
  keyId: string | undefined,
  secrets: SecretsManager,
): Promise<void> {
  const there = (await secrets.describe(name))?.replicas ?? [];
  const missing = wanted.filter((region) => !there.includes(region));
  const surplus = there.filter((region) => !wanted.includes(region));
  if (missing.length > 0) await secrets.addReplicas(name, missing, keyId);
  if (surplus.length > 0) await secrets.removeReplicas(name, surplus);
}

/** Deletes a secret, its copies in other regions first; says whether it was there. */
export async function removeSecret(
  name: string,
  deletion: Deletion,
  secrets: SecretsManager,
): Promise<boolean> {
  const there = await secrets.describe(name);
  if (!there || (there.deleted && deletion.recoveryDays > 0)) return false;
  if (there.replicas.length > 0 && !there.deleted) {
    await secrets.removeReplicas(name, there.replicas);
  }
  await secrets.delete(name, deletion);
  return true;
}

function wantedOf({ name, secret }: Desired): DesiredSecret {
  if (secret) return secret;
  throw new Error(`${name} is not for Secrets Manager`);
}

function openerOf({ opener }: SecretWriting): SecretOpener {
  if (opener) return opener;
  throw new Error('nothing opens the values');
}
