import { fingerprintOf, isAgeRecipient, recoveryDigest } from '../crypto/recovery.ts';
import { CofferError, isFailure } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Manifest } from '../manifest/model.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import { opensFullKey, RecoveryList } from '../seal/recovery.ts';
import { createRescue } from '../seal/rescue.ts';
import type { Rescue } from '../crypto/data-keys.ts';
import type { Tools, WriteOptions } from './tools.ts';

/** Those who get the data keys of a manifest besides its file key. */
export function recoveryOf(
  tools: Tools,
  manifest: Manifest,
  options: Pick<WriteOptions, 'acceptRecovery'>,
): RecoveryList {
  const { aws, fileKey, host } = tools;
  return new RecoveryList(manifest.recovery, aws.kms, async () => {
    const kms = await aws.kms(fileKeyRegion(manifest, fileKey));
    if (await opensFullKey(manifest, kms)) return;
    await acceptList(host, manifest, options.acceptRecovery);
  });
}

/** Opens what the file key cannot, and says so. */
export function rescueFor(tools: Tools, manifest: Manifest): Rescue {
  const { aws, host, identityFiles = [] } = tools;
  return createRescue(manifest, {
    kmsOf: aws.kms,
    identityFiles,
    onOpened: (recipient, failure) =>
      host.warn({
        message: `${manifest.file}: the file key cannot be used, so recovery opened it, with ${recipient} (${failure.message})`,
        hint: 'recovery does not prove who encrypted a value: compare the file with git log; coffer recovery restore encrypts it under a new file key',
      }),
  });
}

/** Nobody has used the list yet, or the caller cannot check it: a person or the caller accepts it. */
async function acceptList(
  host: Host,
  { file, recovery: recipients }: Manifest,
  accepted: string | undefined,
): Promise<void> {
  const digest = recoveryDigest(recipients);
  if (accepted === digest) return;
  if (accepted !== undefined) {
    throw new CofferError('declined', `${file}: --accept-recovery names another list`, {
      hint: `the digest of the list in the file is ${digest}: compare its recipients first`,
    });
  }
  const list = [
    `${file}: these can open it without its file key:`,
    ...describeRecipients(recipients),
  ];
  try {
    await host.confirm('Encrypt for them too?', list);
  } catch (error) {
    if (!isFailure(error, 'declined') || host.isInteractive) throw error;
    throw new CofferError('declined', `${file}: its recovery list is not accepted yet`, {
      hint: `compare its recipients, then accept them: --accept-recovery ${digest}`,
      cause: error,
    });
  }
}

/** One line each: its kind, its text and its fingerprint. */
export function describeRecipients(recipients: readonly string[]): string[] {
  return recipients.map((recipient) => {
    const kind = isAgeRecipient(recipient) ? 'age' : 'KMS';
    return `  ${kind}  ${recipient}  fingerprint ${fingerprintOf(recipient)}`;
  });
}
