export const ACCOUNT = '111122223333';

export function kmsArn(region: string, rest: string): string {
  return `arn:aws:kms:${region}:${ACCOUNT}:${rest}`;
}

/** `arn:…:parameter/a/b` for `/a/b`, `arn:…:parameter/a` for `a`. */
export function parameterArn(region: string, name: string): string {
  return `arn:aws:ssm:${region}:${ACCOUNT}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** Without the six characters that AWS appends to the name. */
export function secretArn(account: string, region: string, name: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

export function userArn(accessKeyId: string): string {
  return `arn:aws:iam::${ACCOUNT}:user/${accessKeyId}`;
}
