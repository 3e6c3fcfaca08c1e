import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Caller } from './account-guard.ts';
import { need } from './answer.ts';
import { checkShapes } from './answer-shape.ts';
import { baseConfig } from './base-config.ts';
import { credentialsOf } from './credentials.ts';
import { call, prepare, type Region, type Session } from './session.ts';
import type { ServiceName } from './services.ts';

/**
 * Asks STS whose credentials the session has; no policy can deny that.
 * @param service the one whose credentials count instead, if its client is the caller's own
 */
export async function findCaller(
  session: Session,
  region: Region,
  service?: ServiceName,
): Promise<Caller> {
  const ready = await prepare(session);
  const own = service && session.clients?.[service]?.config;
  const client = new STSClient({
    ...baseConfig(ready, 'sts', own ? await own.region() : region),
    credentials: own?.credentials ?? credentialsOf(ready),
  });
  checkShapes(client);
  const doing = { action: 'sts:GetCallerIdentity', target: 'of the credentials' };
  try {
    const answer = await call(ready, doing, () => client.send(new GetCallerIdentityCommand({})));
    return { account: need(doing, answer, 'Account'), arn: need(doing, answer, 'Arn') };
  } finally {
    client.destroy();
  }
}
