import type { Problem } from '../errors.ts';

/** How long KMS keeps a key that is to be deleted: the fewest days that it takes. */
export const DAYS_TO_KEEP = 7;

/** A key that was made, or the one that somebody else made under that name at the same time. */
export interface NamedKey {
  arn: string;
  /** A key that was made here and came second. */
  spare?: SpareKey;
}

export interface SpareKey {
  arn: string;
  /** Whether KMS will delete it. */
  isScheduled: boolean;
}

/** What to say of a key that nobody needs. */
export function describeSpare({ arn, isScheduled }: SpareKey): Problem {
  return isScheduled
    ? { message: `the key ${arn} is not needed: KMS deletes it in ${DAYS_TO_KEEP} days` }
    : {
        message: `the key ${arn} has no name, and could not be scheduled for deletion`,
        hint: `if no alias names it: aws kms schedule-key-deletion --pending-window-in-days ${DAYS_TO_KEEP} --key-id ${arn}`,
      };
}
