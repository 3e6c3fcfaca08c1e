import { CofferError } from '../../errors.ts';

/** @throws CofferError `usage` for what is not the ARN of an IAM role */
export function refuseRole(roleArn: string | undefined, flag = '--role-arn'): void {
  if (roleArn === undefined || /^arn:[a-z-]+:iam::\d{12}:role\/.+$/.test(roleArn)) return;
  throw new CofferError('usage', `${flag} ${roleArn} is not the ARN of a role`, {
    hint: 'for example arn:aws:iam::123456789012:role/shop-secrets',
  });
}
