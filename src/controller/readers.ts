import { tmpdir } from 'node:os';
import { servicesFor } from '../actions/services.ts';
import { credentialsOf } from '../aws/credentials.ts';
import { closeClients, prepare, type Session } from '../aws/session.ts';
import type { Clock } from './clock.ts';
import type { Metrics } from './loop/metrics.ts';
import { createPace } from './loop/pace.ts';
import type { AwsReader } from './loop/values.ts';

/** The session tag with the namespace of a CofferSecret: the policy of a role can test it. */
const NAMESPACE_TAG = 'kubernetes-namespace';

/** AWS with the rights of a role, or the controller's own, for a namespace. */
export interface Readers {
  readerFor: (role: string | undefined, namespace: string) => AwsReader;
  close: () => void;
}

/** Makes one reader for each role and namespace; all together they keep to one pace. */
export function createReaders(
  session: Session,
  { perSecond, clock, metrics }: { perSecond: number; clock: Clock; metrics: Metrics },
): Readers {
  const pace = createPace(perSecond, clock);
  const metered: Session = {
    ...session,
    async meter(action, send) {
      await pace();
      const service = action.split(':')[0] ?? '';
      try {
        const answer = await send();
        metrics.count('aws_calls_total', { service, outcome: 'ok' });
        return answer;
      } catch (error) {
        const outcome = error instanceof Error ? error.name : 'failed';
        metrics.count('aws_calls_total', { service, outcome });
        throw error;
      }
    },
  };
  const made = new Map<string, { session: Session; reader: AwsReader }>();
  return {
    readerFor(role, namespace) {
      const name = role === undefined ? '' : `${namespace} ${role}`;
      const one =
        made.get(name) ?? make(role === undefined ? metered : assuming(metered, role, namespace));
      made.set(name, one);
      return one.reader;
    },
    close() {
      for (const one of made.values()) closeClients(one.session);
    },
  };
}

function make(session: Session): { session: Session; reader: AwsReader } {
  return { session, reader: { ...servicesFor(session), spoolFolder: tmpdir() } };
}

/** The same with the credentials of a role, which the controller's own have to get. */
function assuming(session: Session, role: string, namespace: string): Session {
  return {
    ...session,
    credentials: async () => credentialsOf(await prepare(session))(),
    role,
    roleTags: { [NAMESPACE_TAG]: namespace },
  };
}
