import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

import type { Sandbox } from '../../../src/sandbox/index.ts';
import { policiesOf } from '../../support/policies.ts';
import { clientsFor } from './clients.ts';
import type { Clients } from './clients.ts';

export const HERE = '111122223333';
export const ELSEWHERE = '444455556666';
/** For `startSandbox`. */
export const ACCOUNTS = new Map([
  ['AKIAFOREIGN', ELSEWHERE],
  ['AKIAFOREIGNBARE', ELSEWHERE],
]);

export const root = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` });
export const user = (name: string, account = HERE) => ({
  AWS: `arn:aws:iam::${account}:user/${name}`,
});
export const ROLE = { AWS: `arn:aws:iam::${HERE}:role/team/ops` };

/** A statement about everything; pass what differs. */
export const allow = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  ...more,
});
export const deny = (Principal: unknown, more: object = {}) => ({
  ...allow(Principal, more),
  Effect: 'Deny',
});

/**
 * Who calls: users of both accounts, with all rights or (`bare`) with none that their own policy
 * gives, and a session of a role of the sandbox's account.
 */
export interface Callers {
  own: Clients;
  bare: Clients;
  role: Clients;
  foreign: Clients;
  foreignBare: Clients;
}

export async function callersOf({ url }: Sandbox): Promise<Callers> {
  const policies = policiesOf({ endpoint: url });
  const as = (accessKeyId: string) => clientsFor(url, { accessKeyId });
  const nothing = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }],
  };
  const sts = new STSClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWN', secretAccessKey: 's' },
  });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: ROLE.AWS, RoleSessionName: 'session' }),
  );
  const session = Credentials?.AccessKeyId ?? '';
  for (const key of ['AKIABARE', 'AKIAFOREIGNBARE', session]) await policies.put(key, nothing);
  return {
    own: as('AKIAOWN'),
    bare: as('AKIABARE'),
    role: as(session),
    foreign: as('AKIAFOREIGN'),
    foreignBare: as('AKIAFOREIGNBARE'),
  };
}

/** `ok`, or who refuses: the `identity`'s or the `resource`'s policy, explicitly or not. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { name, message } = error as Error;
    if (!name.startsWith('AccessDenied')) return name;
    const explicit = /explicit deny in an? (\w+)-based/.exec(message)?.[1];
    if (explicit !== undefined) return `denied by ${explicit}`;
    if (message === 'Access Denied' || message.includes('does not exist in this Region')) {
      return 'hidden';
    }
    return /because no (\w+)-based policy allows/.exec(message)?.[1] ?? message;
  }
}
