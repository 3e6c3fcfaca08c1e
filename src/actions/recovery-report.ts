import { fingerprintOf, isAgeRecipient, recoveryDigest } from '../crypto/recovery.ts';
import { countOf } from '../formats/count.ts';
import type { Manifest } from '../manifest/model.ts';
import { describeGap, findGaps, type Gap } from '../seal/recovery.ts';
import { describeRecipients } from './recipients.ts';
import type { Tools } from './tools.ts';
import { shellFile } from '../files/shell-words.ts';

/** Who can open a manifest without its file key, and what a task changed. */
export interface RecoveryReport {
  file: string;
  changed: boolean;
  /** Of the list, as encryption contexts and `--accept-recovery` name it; absent without a list. */
  digest?: string | undefined;
  recipients: { recipient: string; kind: 'kms' | 'age'; fingerprint: string }[];
  /** Data keys and blobs that a recipient cannot open, or somebody else may. */
  gaps: Gap[];
  /** Parameters that recovery cannot open: psyml's values have no data key. */
  uncovered: string[];
  /** How many data keys were wrapped anew, and how many values and blobs were sealed anew. */
  rewrapped: number;
  resealed: number;
  /** After a removal: the secrets to change, since git's history stays open to who was removed. */
  toChange: string[];
}

/** Says who is listed, and what they cannot open. */
export function list({ host }: Tools, manifest: Manifest): RecoveryReport {
  const report = describe(manifest);
  const { file, recipients, digest, gaps, uncovered } = report;
  host.note(
    recipients.length === 0
      ? `${file}: nobody can open it without its file key`
      : `${file}: ${countOf(recipients.length, 'recipient')}, digest ${digest}`,
  );
  for (const line of describeRecipients(manifest.recovery)) host.note(line);
  for (const gap of gaps) host.warn(describeGap(gap, file));
  if (recipients.length > 0 && uncovered.length > 0) {
    host.warn({
      message: `${file}: recovery does not open ${uncovered.join(', ')}`,
      hint: `coffer encrypt ${shellFile(file)} and coffer refresh ${shellFile(file)} encrypt them for the whole list`,
    });
  }
  return report;
}

/** A manifest before any change. */
export function describe(manifest: Manifest): RecoveryReport {
  const { file, recovery: recipients, parameters } = manifest;
  return {
    file,
    changed: false,
    digest: recoveryDigest(recipients),
    recipients: recipients.map((recipient) => ({
      recipient,
      kind: isAgeRecipient(recipient) ? 'age' : 'kms',
      fingerprint: fingerprintOf(recipient),
    })),
    gaps: findGaps(manifest),
    uncovered: parameters
      .filter(
        ({ type, content }) =>
          content.kind === 'psyml' || (type === 'SecureString' && content.kind === 'plain'),
      )
      .map(({ name }) => name),
    rewrapped: 0,
    resealed: 0,
    toChange: [],
  };
}
