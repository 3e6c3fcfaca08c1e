/** Whether a key is AWS's own, such as `alias/aws/ssm`, which works only through its service. */
export function isManagedByAws(keyId: string): boolean {
  return /(?:^|:)alias\/aws\//.test(keyId);
}
