export const ACCOUNT = '111122223333';

/** Where resources are: an account and a region of it. */
export interface Home {
  account: string;
  region: string;
}

export function kmsArn({ account, region }: Home, rest: string): string {
  return `arn:aws:kms:${region}:${account}:${rest}`;
}

/** `arn:…:parameter/a/b` for `/a/b`, `arn:…:parameter/a` for `a`. */
export function parameterArn({ account, region }: Home, name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** Without the six characters that AWS appends to the name. */
export function secretArn({ account, region }: Home, name: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}
