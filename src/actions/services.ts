import { AccountGuard } from '../aws/account-guard.ts';
import { createAws } from '../aws/index.ts';
import type { Session } from '../aws/session.ts';
import { createStores } from '../stores/index.ts';
import type { Tools } from './tools.ts';

/**
 * AWS for one call of coffer. All that it writes, it writes to the account that the manifests of the
 * call name. Calls of one session share its clients.
 */
export function servicesFor(session: Session): Pick<Tools, 'aws' | 'stores'> {
  const guard = new AccountGuard(async (region, service) => {
    const { findCaller } = await import('../aws/caller.ts');
    return findCaller(session, region, service);
  });
  const guarded = { ...session, base: session, guard };
  return { aws: createAws(guarded), stores: createStores(guarded) };
}
