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
 * @param onDate receives how far AWS's clock is ahead of this machine's, even if AWS refuses
 */
export async function findCaller(
  session: Session,
  region: Region,
  service?: ServiceName,
  onDate?: (aheadMs: number) => void,
): Promise<Caller> {
  const ready = await prepare(session);
  const own = service && session.clients?.[service]?.config;
  const client = new STSClient({
    ...baseConfig(ready, 'sts', own ? await own.region() : region),
    credentials: own?.credentials ?? credentialsOf(ready),
  });
  checkShapes(client);
  if (onDate) watchDate(client, onDate);
  const doing = { action: 'sts:GetCallerIdentity', target: 'of the credentials' };
  try {
    const answer = await call(ready, doing, () => client.send(new GetCallerIdentityCommand({})));
    return { account: need(doing, answer, 'Account'), arn: need(doing, answer, 'Arn') };
  } finally {
    client.destroy();
  }
}

function watchDate({ middlewareStack }: STSClient, onDate: (aheadMs: number) => void): void {
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> };
      const date = Date.parse(headers?.['date'] ?? '');
      if (!Number.isNaN(date)) onDate(date - Date.now());
      return result;
    },
    // Next to the network, which also sees refusals.
    { step: 'deserialize', priority: 'low', name: 'cofferDate' },
  );
}
