import type { Problem } from '../errors.ts';

/** How many days KMS keeps a key before deletion: its minimum. */
export const DAYS_TO_KEEP = 7;

/** The new key, or the one that someone else created under that name at the same time. */
export interface NamedKey {
  arn: string;
  /** The key created here, if it lost the race for the name. */
  spare?: SpareKey;
}

export interface SpareKey {
  arn: string;
  /** Whether KMS will delete it. */
  isScheduled: boolean;
}

/** The message about a key that is not needed. */
export function describeSpare({ arn, isScheduled }: SpareKey): Problem {
  return isScheduled
    ? { message: `the key ${arn} is not needed: KMS deletes it in ${DAYS_TO_KEEP} days` }
    : {
        message: `the key ${arn} has no alias, and scheduling its deletion failed`,
        hint: `if no alias names it, run aws kms schedule-key-deletion --pending-window-in-days ${DAYS_TO_KEEP} --key-id ${arn}`,
      };
}
