const MULTI_REGION = /^(arn:[^:]*:kms):[^:]*:(\d{12}:key\/mrk-[0-9a-f]{32})$/;

/** Whether it is the ARN of a multi-Region key, which may have replicas in other regions. */
export function isMultiRegion(reference: string): boolean {
  return MULTI_REGION.test(reference);
}

/**
 * A key as a region knows it. The ARNs of a multi-Region key and of its replicas differ only in the
 * region; any other reference stays the same.
 */
export function keyIn(region: string, reference: string): string {
  return reference.replace(MULTI_REGION, `$1:${region}:$2`);
}
