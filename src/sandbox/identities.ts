import { randomBytes } from 'node:crypto';
import { ACCOUNT } from './names.ts';

/** Who an access key belongs to, as GetCallerIdentity answers. */
export interface Identity {
  account: string;
  arn: string;
  userId: string;
  /** How policies name it: the ARN of the user, or of the role behind a session. */
  principalArn: string;
}

/** The temporary keys of an assumed role. */
export interface AssumedRole extends Identity {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

interface Role {
  arn: string;
  partition: string;
  account: string;
  name: string;
}

/**
 * The owners of access keys: a user of the sandbox's account, a user of another account on demand,
 * or an assumed role, which has the account of its ARN. Roles end with the process.
 */
export class Identities {
  readonly #accounts = new Map<string, string>();
  readonly #roles = new Map<string, AssumedRole>();

  /** Makes a key one of another account. Throws an Error for an invalid account. */
  setAccount(accessKeyId: string, account: unknown): void {
    if (typeof account !== 'string' || !/^\d{12}$/.test(account)) {
      throw new Error('account: expected twelve digits');
    }
    this.#accounts.set(accessKeyId, account);
  }

  of(accessKeyId: string): Identity {
    const role = this.#roles.get(accessKeyId);
    if (role !== undefined) return role;
    const account = this.#accounts.get(accessKeyId) ?? ACCOUNT;
    const arn = `arn:aws:iam::${account}:user/${accessKeyId}`;
    return { account, arn, userId: accessKeyId, principalArn: arn };
  }

  assume({ arn, partition, account, name }: Role, session: string, end: Date): AssumedRole {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const assumed: AssumedRole = {
      account,
      arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`,
      userId: `AROASANDBOX:${session}`,
      principalArn: arn,
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(60).toString('base64'),
      expiration: end,
    };
    this.#roles.set(accessKeyId, assumed);
    return assumed;
  }
}
