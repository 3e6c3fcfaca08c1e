import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  STSClient,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import { CofferError } from '../errors.ts';
import { need } from './answer.ts';
import { baseConfig } from './base-config.ts';
import type { Doing } from './explanations.ts';
import { findHomeRegion } from './home-region.ts';
import { homeOfPartition, partitionOf } from './regions.ts';
import { NO_SETUP } from './setup.ts';
import { call, type Credentials, type Session } from './session.ts';
import type { RoleRequest } from './source.ts';

const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** AWS's limit; a role may set a lower one. */
const SESSION_NAME = 64;

/** Assumes a role; `code` is of its MFA device. */
export async function assumeRole(
  session: Session,
  role: RoleRequest,
  credentials: Credentials,
  code?: string,
): Promise<Credentials> {
  const doing = { action: 'sts:AssumeRole', target: role.arn, secret: code };
  return withClient(session, role, credentials, async (client) => {
    const answer = await call(session, doing, () =>
      client.send(
        new AssumeRoleCommand({
          RoleArn: role.arn,
          RoleSessionName: sessionName(role),
          ExternalId: role.externalId,
          DurationSeconds: role.seconds,
          SerialNumber: code === undefined ? undefined : role.mfaDevice,
          TokenCode: code,
          Tags: role.tags && Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      ),
    );
    return readCredentials(doing, answer);
  });
}

/** Assumes a role with the token of another identity provider. */
export async function assumeRoleWithToken(
  session: Session,
  role: RoleRequest,
  token: string,
): Promise<Credentials> {
  const doing = { action: 'sts:AssumeRoleWithWebIdentity', target: role.arn, secret: token };
  // This call is not signed: the token proves who makes it.
  const unused = { accessKeyId: 'none', secretAccessKey: 'none' };
  return withClient(session, role, unused, async (client) => {
    const answer = await call(session, doing, () =>
      client.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: role.arn,
          RoleSessionName: sessionName(role),
          WebIdentityToken: token,
        }),
      ),
    );
    return readCredentials(doing, answer);
  });
}

async function withClient<Result>(
  session: Session,
  { arn }: RoleRequest,
  credentials: Credentials,
  use: (client: STSClient) => Promise<Result>,
): Promise<Result> {
  if (!ROLE_ARN.test(arn)) {
    throw new CofferError('credentials', `"${arn}" is not the ARN of an IAM role`, {
      hint: 'for example arn:aws:iam::111122223333:role/deploy',
    });
  }
  const home = findHomeRegion(session.region, session.setup ?? NO_SETUP);
  const config = baseConfig(session, 'sts', stsRegion(arn, home?.region));
  const client = new STSClient({ ...config, credentials });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/** A role's ARN names its partition, in which STS has to be called. */
function stsRegion(arn: string, home: string | undefined): string {
  const partition = arn.split(':')[1] ?? 'aws';
  return home && partitionOf(home) === partition ? home : homeOfPartition(partition);
}

/** CloudTrail shows it. */
function sessionName({ sessionName: given }: RoleRequest): string {
  return (given ?? `coffer-${Date.now()}`).slice(0, SESSION_NAME);
}

function readCredentials(
  doing: Doing,
  { Credentials: found }: { Credentials?: StsCredentials | undefined },
): Credentials {
  return {
    accessKeyId: need(doing, found, 'AccessKeyId'),
    secretAccessKey: need(doing, found, 'SecretAccessKey'),
    sessionToken: need(doing, found, 'SessionToken'),
    expiration: need(doing, found, 'Expiration'),
  };
}
