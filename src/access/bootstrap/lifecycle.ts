import type { LifecycleRule } from '../../aws/bucket-model.ts';

export const ABORT_RULE = 'coffer-abort-unfinished-uploads';
export const ABORT_AFTER_DAYS = 1;

/**
 * A bucket's rules plus one that removes unfinished uploads; the same list if a rule already does
 * that, after any number of days.
 */
export function requireAbort(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  if (rules.some(abortsEverywhere)) return rules;
  // S3 refuses a list that mixes rules in the older form, with a bare Prefix, and the newer one.
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
