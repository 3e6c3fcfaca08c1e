import type { PutParameter } from './parameter.ts';
import type { ParameterStore } from './ssm.ts';
import { awsErrorName } from '../aws/errors.ts';
import { CofferError } from '../errors.ts';
import { overwritingFields, replacingFields } from '../manifest/ssm-fields.ts';
import type { Actual, Change, Desired } from './model.ts';
import { createPatiently, type Patience } from './patience.ts';
import type { Task, Writing } from './port.ts';

/** What writes to SSM need. */
export interface SsmWriting extends Writing {
  parameters: ParameterStore;
  patience: Patience;
}

/** Writes a parameter unconditionally; needs no right to read. */
export function saveTask(desired: Desired, writing: SsmWriting): Task {
  const { parameters, objects, patience } = writing;
  return {
    name: desired.name,
    bytes: desired.object?.size,
    check: checkOf(desired, writing),
    async run() {
      // The object first, so that no pointer leads to a missing object.
      if (desired.object) await objects?.publish(desired.name, desired.object);
      await createPatiently(
        () => put(overwriting(desired), writing),
        () => Promise.resolve('absent'),
        patience,
      );
      await keepObject(desired, writing);
      await addTags(desired, parameters);
    },
  };
}

/** Applies the planned change of one parameter. */
export function changeTask(change: Change, writing: SsmWriting): Task {
  const { action, desired, name } = change;
  const isPublished = hasObject(change);
  return {
    name,
    bytes: isPublished ? undefined : desired?.object?.size,
    check: isPublished ? undefined : checkOf(desired, writing),
    async run() {
      if (!desired) return;
      if (desired.object && !isPublished) {
        await writing.objects?.publish(name, desired.object, change.object);
      } else if (isPointedAnew(change)) {
        // The plan may be minutes old.
        await keepObject(desired, writing);
      }
      if (action === 'replace') await writing.parameters.deleteBatch([name]);
      if (action === 'update') await update(change, desired, writing);
      else await create(change, desired, writing);
    },
  };
}

/** Whether the desired object existed when the plan was made. */
function hasObject({ object }: Change): boolean {
  return object !== undefined && object.fault === undefined;
}

/** Whether nothing pointed to the desired object when the plan was made. */
function isPointedAnew({ desired, actual }: Change): boolean {
  return desired?.object !== undefined && actual?.value !== desired.value;
}

/** Finds a damaged blob before the first write. */
function checkOf(desired: Desired | undefined, { objects }: SsmWriting): Task['check'] {
  return desired?.object && objects ? () => objects.check(desired.name) : undefined;
}

/** How long after it last listed pointers a gc may still delete. */
const GC_PAUSE_MS = 2_000;

/** A gc that listed pointers a moment ago may delete the object of this one. */
async function settlePointer(change: Change, desired: Desired, writing: SsmWriting): Promise<void> {
  if (!isPointedAnew(change)) return;
  // A new object is too young for gc.
  if (hasObject(change)) await writing.patience.sleep(GC_PAUSE_MS);
  await keepObject(desired, writing);
}

async function keepObject({ name, object }: Desired, { objects }: SsmWriting): Promise<void> {
  if (object) await objects?.keep(name, object);
}

/** Whether SSM refused to change a parameter's type in place, so that it must be replaced. */
export function needsReplacement(error: Error): boolean {
  return awsErrorName(error) === 'HierarchyTypeMismatchException';
}

async function create(change: Change, desired: Desired, writing: SsmWriting): Promise<void> {
  const { parameters, patience } = writing;
  const fields = change.actual ? replacingFields(desired, change.actual) : {};
  const tags = Object.keys(desired.tags).length > 0 ? desired.tags : undefined;
  await createPatiently(
    () => put({ ...desired, ...fields, tags, overwrite: false }, writing),
    async () => {
      const open = desired.type === 'SecureString';
      const there = (await parameters.getMany([desired.name], open)).get(desired.name);
      if (!there) return 'absent';
      // After a lost answer, the SDK repeats a write that had succeeded.
      if (there.version !== 1 || there.value !== desired.value) return 'taken';
      writing.versions.set(desired.name, there.version);
      return 'done';
    },
    patience,
  );
  await settlePointer(change, desired, writing);
}

async function update(change: Change, desired: Desired, writing: SsmWriting): Promise<void> {
  const { parameters } = writing;
  const { actual } = change;
  const fields = new Set(change.differences.map(({ field }) => field));
  fields.delete('tags');
  fields.delete('object');
  if (fields.size > 0 && actual) {
    const version = await put(overwriting(desired, actual), writing);
    await settlePointer(change, desired, writing);
    if (
      version !== Number(actual.version) + 1 &&
      !(await isOwn(version - 1, desired, parameters))
    ) {
      throw new CofferError(
        'conflict',
        `someone else wrote version ${version - 1} after the plan was made; version ${version} replaced it`,
        { hint: `to compare, run coffer get ${desired.name}@${version - 1}` },
      );
    }
  }
  if (change.foreignTags.length > 0) {
    await parameters.removeTags(desired.name, change.foreignTags);
  }
  if (change.differences.some(({ field }) => field === 'tags')) await addTags(desired, parameters);
}

async function put(parameter: PutParameter, { parameters, versions }: SsmWriting): Promise<number> {
  const version = await parameters.put(parameter);
  versions.set(parameter.name, version);
  return version;
}

function overwriting(desired: Desired, actual?: Actual): PutParameter {
  // SSM refuses tags together with overwrite.
  return { ...desired, ...overwritingFields(desired, actual), tags: undefined, overwrite: true };
}

/** Whether a version is this same write, repeated after a lost answer. */
async function isOwn(version: number, { name, type, value }: Desired, parameters: ParameterStore) {
  const there = await parameters.get(`${name}:${version}`, type === 'SecureString');
  return there.value === value;
}

async function addTags({ name, tags }: Desired, parameters: ParameterStore): Promise<void> {
  if (Object.keys(tags).length > 0) await parameters.addTags(name, tags);
}
