import { isOutOfUse } from '../aws/errors.ts';
import { AGE_RECIPIENT, KMS_RECIPIENT } from '../crypto/recovery.ts';
import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { countOf } from '../formats/count.ts';
import { editManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { replaceManifest } from '../seal/apply.ts';
import { fileKeyRegion, type FileKey } from '../seal/file-key.ts';
import { RecoveryList } from '../seal/recovery.ts';
import { refreshManifest, type Refreshed, type RefreshOptions } from '../seal/refresh.ts';
import {
  changeManifests,
  currentFileKey,
  fileKeyFor,
  openerFor,
  readManifests,
  tellCreated,
} from './manifests.ts';
import { describeRecipients } from './recipients.ts';
import { describe, list, type RecoveryReport } from './recovery-report.ts';
import type { Tools, WriteOptions } from './tools.ts';

export const RECOVERY_TASKS = ['add', 'remove', 'list', 'restore'] as const;
export type RecoveryTask = (typeof RECOVERY_TASKS)[number];

export interface RecoveryOptions extends WriteOptions {
  /** Goes ahead without asking the host. */
  yes?: boolean | undefined;
}

/**
 * Manages who can open manifests when their file key cannot be used, or brings manifests under a new
 * file key with their help.
 * @param recipients for `add` and `remove`: ARNs of KMS keys, and age recipients
 */
export async function recovery(
  tools: Tools,
  task: RecoveryTask,
  files: readonly string[],
  recipients: readonly string[] = [],
  options: RecoveryOptions = {},
): Promise<RecoveryReport[]> {
  checkRecipients(task, files, recipients);
  if (task === 'list') return (await readManifests(tools, files)).map((one) => list(tools, one));
  const change = { add, remove, restore }[task];
  return changeManifests(tools, files, options, async (manifests) => {
    const reports: RecoveryReport[] = [];
    for (const manifest of manifests) {
      reports.push(await change(tools, manifest, recipients, options));
    }
    return reports;
  });
}

/** Whether a word on the command line is meant as a recipient, well-formed or not. */
export function looksLikeRecipient(word: string): boolean {
  return /^(?:age1|age-|ssh-|arn:|alias\/)/i.test(word);
}

function checkRecipients(
  task: RecoveryTask,
  files: readonly string[],
  recipients: readonly string[],
): void {
  if (files.length === 0) {
    throw new CofferError('usage', `coffer recovery ${task} needs a manifest`, {
      hint: `for example: coffer recovery ${task} app.yml`,
    });
  }
  const takesThem = task === 'add' || task === 'remove';
  if (takesThem !== recipients.length > 0) {
    const needs = takesThem ? 'needs' : 'does not take';
    throw new CofferError('usage', `coffer recovery ${task} ${needs} recipients`, {
      hint: 'recipients are ARNs of KMS keys, and age recipients (age1…)',
    });
  }
  for (const recipient of recipients) {
    if (AGE_RECIPIENT.test(recipient) || KMS_RECIPIENT.test(recipient)) continue;
    // It may be a secret key.
    const isIdentity = /^age-secret-key/i.test(recipient);
    const what = isIdentity ? 'an age identity, which is secret,' : recipient;
    throw new CofferError('usage', `${what} is not a recipient`, {
      hint: isIdentity
        ? 'name its recipient, which age-keygen -y prints; make a new identity, since others may have seen this one'
        : 'name the ARN of a KMS key (arn:aws:kms:…:key/…, no alias), or a native age recipient (age1…)',
    });
  }
}

async function add(
  tools: Tools,
  manifest: Manifest,
  recipients: readonly string[],
  options: RecoveryOptions,
): Promise<RecoveryReport> {
  const { host } = tools;
  const { file, recovery: before, encryptedWith } = manifest;
  const added = [...new Set(recipients)].filter((one) => !before.includes(one));
  if (added.length === 0) {
    host.note(`${file}: all of them are in its recovery list already`);
    return describe(manifest);
  }
  if (encryptedWith !== undefined && added.includes(encryptedWith)) {
    throw new CofferError('usage', `${encryptedWith} is the file key of ${file} itself`, {
      hint: 'name a key in another region or account',
    });
  }
  const names = describeRecipients(added);
  await ask(tools, options, 'Add them?', [
    `${file}: these will open it without its file key:`,
    ...names,
  ]);
  const next = [...before, ...added];
  const report = await changeList(tools, manifest, next, options);
  host.note(
    `${file}: ${countOf(added.length, 'recipient')} added, ${countOf(report.rewrapped, 'data key')} wrapped for ${countOf(next.length, 'recipient')}`,
  );
  return report;
}

async function remove(
  tools: Tools,
  manifest: Manifest,
  recipients: readonly string[],
  options: RecoveryOptions,
): Promise<RecoveryReport> {
  const { host } = tools;
  const { file, recovery: before } = manifest;
  const unknown = recipients.find((one) => !before.includes(one));
  if (unknown !== undefined) {
    throw new CofferError('usage', `${unknown} is not in the recovery list of ${file}`, {
      hint: before.length > 0 ? `its list: ${before.join(', ')}` : 'the list is empty',
    });
  }
  const names = describeRecipients(recipients);
  const what = `${file}: every value will be encrypted again, and these will not open it any more:`;
  await ask(tools, options, 'Remove them?', [what, ...names]);
  const next = before.filter((one) => !recipients.includes(one));
  const report = await changeList(tools, manifest, next, { ...options, newDataKeys: true });
  host.note(
    `${file}: ${countOf(before.length - next.length, 'recipient')} removed, ${countOf(report.resealed, 'value')} encrypted again`,
  );
  const toChange = manifest.parameters.filter(isSealed).map(({ name }) => name);
  if (toChange.length > 0) {
    host.warn({
      message: `${file}: who was removed can open what git's history has of ${toChange.join(', ')}`,
      hint: 'change these secrets: coffer rotate and coffer set give them new values',
    });
  }
  return { ...report, toChange };
}

/** Wraps or seals for another list, under the present file key. */
async function changeList(
  tools: Tools,
  manifest: Manifest,
  next: readonly string[],
  { newDataKeys, ...options }: RecoveryOptions & Pick<RefreshOptions, 'newDataKeys'>,
): Promise<RecoveryReport> {
  const { aws, fileKey } = tools;
  if (manifest.encryptedWith === undefined) {
    const text = editManifest(manifest, { recovery: next });
    const read = parseManifest(text, manifest.file, manifest);
    return write(manifest, { text, read, blobs: [], rewrapped: 0, resealed: 0 });
  }
  const target = await fileKeyFor(tools, manifest, options, acceptedList(tools, next));
  await target.requireTrust();
  const source = await aws.kms(fileKeyRegion(manifest, fileKey));
  const request = { newDataKeys, recovery: next };
  return write(manifest, await refreshManifest(manifest, source, target, request));
}

/** A list that the caller has just agreed to. */
function acceptedList({ aws }: Tools, recipients: readonly string[]): RecoveryList {
  return new RecoveryList(recipients, aws.kms, () => Promise.resolve());
}

/** Seals everything under the key that the alias names today, whoever opens it. */
async function restore(
  tools: Tools,
  manifest: Manifest,
  _: readonly string[],
  options: RecoveryOptions,
): Promise<RecoveryReport> {
  const { aws, fileKey, host } = tools;
  const { file, encryptedWith, region, recovery: recipients } = manifest;
  if (encryptedWith === undefined) {
    throw new CofferError('usage', `${file} is not encrypted yet`, {
      hint: `run coffer encrypt ${shellFile(file)}`,
    });
  }
  await ask(tools, options, 'Go ahead?', [
    `${file}: recovery does not prove who encrypted its values: compare it with git log first.`,
    `They will be encrypted again under ${fileKey.alias}, and for:`,
    ...describeRecipients(recipients),
  ]);
  const target = await currentFileKey(tools, region, options, acceptedList(tools, recipients));
  await settle(tools, target);
  const source = await aws.kms(fileKeyRegion(manifest, fileKey));
  const request = { newDataKeys: true, opener: await openerFor(tools, manifest) };
  const report = await write(manifest, await refreshManifest(manifest, source, target, request));
  host.note(
    `${file}: ${countOf(report.resealed, 'value')} encrypted again under ${target.id}; commit it, and run coffer sync ${shellFile(file)}`,
  );
  return report;
}

/** @throws CofferError `key` if the alias still names a key that cannot be used */
async function settle({ aws, host }: Tools, target: FileKey): Promise<void> {
  const hint =
    'name another one, which coffer creates if it is missing: set COFFER_KEY_ALIAS, COFFER_KEY_REGION or both';
  try {
    await target.settle();
    tellCreated(host, target);
    const key = await (await aws.keys(target.kms.region)).describe(target.id);
    if (key?.state === 'Enabled') return;
    throw new CofferError('key', `the new file key ${target.id} is not enabled`, { hint });
  } catch (error) {
    if (!(error instanceof CofferError) || !isOutOfUse(error)) throw error;
    if (error.code === 'credentials') throw error;
    const message = `the new file key cannot be used: ${error.message}`;
    throw new CofferError(error.code, message, { hint, cause: error.cause });
  }
}

async function ask(
  { host }: Tools,
  { yes = false }: RecoveryOptions,
  question: string,
  above: readonly string[],
): Promise<void> {
  if (!yes) await host.confirm(question, above);
}

async function write(manifest: Manifest, next: Refreshed): Promise<RecoveryReport> {
  const { rewrapped, resealed, read } = next;
  const { changed } = await replaceManifest(manifest, next);
  const report = describe(read);
  return { ...report, changed, rewrapped, resealed };
}

function isSealed({ content: { kind } }: Parameter): boolean {
  return kind === 'sealed' || kind === 'psyml' || kind === 'blob';
}
