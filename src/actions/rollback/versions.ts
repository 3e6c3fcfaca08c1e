import { CofferError, isFailure } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import { nameInStore } from '../../manifest/entries.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import type { StoredValue, ValueVersion } from '../../stores/parameter.ts';
import type { ValueReader } from '../../stores/port.ts';
import { readerFor } from '../stores.ts';
import type { Tools } from '../tools.ts';

/** The staging label by which Secrets Manager keeps the version before the current one. */
const PREVIOUS = 'AWSPREVIOUS';

/** Where else an earlier value may be. */
function fromGit({ file }: Manifest): string {
  const word = shellFile(file);
  return `git has earlier values, too: git log -- ${word}, git restore --source=COMMIT -- ${word}`;
}

/** What holds a parameter's value in its store: one secret may hold all of a manifest. */
function subjectOf({ store, secret }: Manifest, { fullName }: Parameter): string {
  return secret ?? nameInStore(store, fullName);
}

/**
 * The version to go back to, with its writer if a list of versions was read for it.
 * @param version what the caller named, if anything
 * @throws CofferError `not-found` if there is none before the current one
 */
export async function findVersion(
  tools: Tools,
  manifest: Manifest,
  parameter: Parameter,
  version: string | undefined,
): Promise<Pick<ValueVersion, 'version' | 'user'>> {
  if (version !== undefined) return { version };
  const subject = subjectOf(manifest, parameter);
  const reader = await readerFor(tools, { ...manifest, manifest });
  const versions = await reader.history(subject, false).catch((error: unknown) => {
    throw withGit(error, manifest);
  });
  const before =
    manifest.store === 'ssm'
      ? versions.at(-2)
      : versions.find(({ labels }) => labels.includes(PREVIOUS));
  if (before) return before;
  throw new CofferError('not-found', `${subject} has no version before the current one`, {
    hint: fromGit(manifest),
  });
}

/** @throws CofferError `not-found` that lists the versions, if the caller may list them */
export async function readVersion(
  tools: Tools,
  manifest: Manifest,
  parameter: Parameter,
  version: string,
): Promise<StoredValue> {
  const reader = await readerFor(tools, { ...manifest, manifest });
  try {
    return await reader.get({ name: subjectOf(manifest, parameter), version });
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    throw await withVersions(error, manifest, { reader, parameter, version });
  }
}

async function withVersions(
  error: CofferError,
  manifest: Manifest,
  wanted: { reader: ValueReader; parameter: Parameter; version: string },
): Promise<CofferError> {
  const { reader, parameter, version } = wanted;
  const name = subjectOf(manifest, parameter);
  const versions = await reader.history(name, false).catch(() => []);
  if (versions.length === 0) return withGit(error, manifest) as CofferError;
  const known = versions.map(({ version, labels }: ValueVersion) => [version, ...labels].join(' '));
  return new CofferError('not-found', `${name} has no version ${version}`, {
    hint: `the versions are ${known.join(', ')}; ${fromGit(manifest)}`,
    cause: error,
  });
}

function withGit(error: unknown, manifest: Manifest): unknown {
  if (!isFailure(error, 'not-found')) return error;
  return new CofferError(error.code, error.message, { hint: fromGit(manifest), cause: error });
}

/**
 * AWS would change such a secret again, and sync would not write it.
 * @throws CofferError `conflict`
 */
export async function refuseRotated(
  { stores }: Tools,
  manifest: Manifest,
  parameter: Parameter,
): Promise<void> {
  if (manifest.store !== 'secretsmanager') return;
  const secrets = await stores.secrets(manifest.region);
  const secret = await secrets.describe(subjectOf(manifest, parameter));
  if (!secret?.isRotated) return;
  throw new CofferError('conflict', `AWS rotates ${secret.name}: its values are not in git`, {
    hint: 'turn its rotation off first: coffer sync --take-over',
  });
}
