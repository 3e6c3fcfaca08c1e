import type { LifecycleRule } from '../../aws/bucket-model.ts';

export const ABORT_RULE = 'coffer-abort-unfinished-uploads';
export const ABORT_AFTER_DAYS = 1;

/**
 * A bucket's rules with one that clears away uploads which nobody finished; the very same list when
 * one does that already, after however many days its owner found right.
 */
export function requireAbort(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  if (rules.some(abortsEverywhere)) return rules;
  // S3 takes no list in which some rules are written the older way, with a bare Prefix.
  const isOlder = rules.some(({ Prefix }) => Prefix !== undefined);
  return [
    ...rules.filter(({ ID }) => ID !== ABORT_RULE),
    {
      ID: ABORT_RULE,
      Status: 'Enabled',
      ...(isOlder ? { Prefix: '' } : { Filter: { Prefix: '' } }),
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS },
    },
  ];
}

function abortsEverywhere(rule: LifecycleRule): boolean {
  const { Prefix = '', Tag, And, ObjectSizeGreaterThan, ObjectSizeLessThan } = rule.Filter ?? {};
  const isNarrowed =
    (rule.Prefix ?? Prefix) !== '' ||
    [Tag, And, ObjectSizeGreaterThan, ObjectSizeLessThan].some((each) => each !== undefined);
  return (
    rule.Status === 'Enabled' && !isNarrowed && rule.AbortIncompleteMultipartUpload !== undefined
  );
}
