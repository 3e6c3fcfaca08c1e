import type { Clock } from './clock.ts';
import { spread } from './clock.ts';
import type { KubeClient } from './kube/client.ts';
import { hasStatus } from './kube/errors.ts';
import { pathOf, type KubeObject } from './kube/model.ts';

/** Of several replicas, one holds the Lease and works. */
interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    leaseTransitions?: number;
    acquireTime?: string;
    renewTime?: string;
  };
}

interface Options {
  client: KubeClient;
  clock: Clock;
  namespace: string;
  name: string;
  /** A name of this replica that no other one has. */
  identity: string;
  /** Called when this replica becomes the one that works. */
  onGain: () => void;
  /** Called when another one may take over; work must stop. */
  onLose: () => void;
  onFailure: (error: unknown) => void;
}

export interface Election {
  isLeader: () => boolean;
  /** Runs until the signal aborts, then gives the Lease back. */
  run: (signal: AbortSignal) => Promise<void>;
}

const DURATION_MS = 15_000;
/** The holder stops before others may begin. */
const RENEW_LIMIT_MS = 10_000;
const PERIOD_MS = 2_000;

export function createElection(options: Options): Election {
  const { client, clock, namespace, name, identity } = options;
  const path = pathOf('leases', namespace, name);
  /** Until when this replica may work, by its own clock. */
  let heldUntil = 0;
  let wasLeader = false;
  /** What another holder wrote last, and when that was seen: clocks of machines differ. */
  let seen = { record: '', at: 0 };

  const isLeader = () => clock.now() < heldUntil;

  function settle(): void {
    if (wasLeader === isLeader()) return;
    wasLeader = isLeader();
    if (wasLeader) options.onGain();
    else options.onLose();
  }

  function written(lease: Lease | undefined, now: number): Lease {
    const old = lease?.spec ?? {};
    const isMine = old.holderIdentity === identity;
    const time = `${new Date(now).toISOString().slice(0, -1)}000Z`;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...lease?.metadata, name, namespace },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: DURATION_MS / 1000,
        leaseTransitions: (old.leaseTransitions ?? 0) + (isMine ? 0 : 1),
        acquireTime: isMine ? (old.acquireTime ?? time) : time,
        renewTime: time,
      },
    };
  }

  async function read(): Promise<Lease | undefined> {
    try {
      return await client.request<Lease>(path);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Takes or renews the Lease if it is free or ours. */
  async function attempt(): Promise<void> {
    const begun = clock.now();
    const lease = await read();
    if (lease && !isFree(lease)) return;
    const body = written(lease, begun);
    await (lease
      ? client.request(path, { method: 'PUT', body })
      : client.request(pathOf('leases', namespace), { method: 'POST', body }));
    heldUntil = begun + RENEW_LIMIT_MS;
  }

  function isFree({ spec = {} }: Lease): boolean {
    const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 0 } = spec;
    if (holderIdentity === '' || holderIdentity === identity) return true;
    const record = `${holderIdentity} ${renewTime}`;
    if (seen.record !== record) seen = { record, at: clock.now() };
    return clock.now() >= seen.at + leaseDurationSeconds * 1000;
  }

  /** Ends the work in time, however late the API server answers. */
  async function expire(answered: AbortSignal): Promise<void> {
    if (!isLeader()) return;
    await clock.sleep(heldUntil - clock.now(), answered);
    settle();
  }

  async function release(): Promise<void> {
    const lease = await read();
    if (lease?.spec?.holderIdentity !== identity) return;
    const { spec } = lease;
    const body = { ...lease, spec: { ...spec, holderIdentity: '', leaseDurationSeconds: 1 } };
    await client.request(path, { method: 'PUT', body });
  }

  return {
    isLeader,
    async run(signal) {
      while (!signal.aborted) {
        const answered = new AbortController();
        const expiring = expire(answered.signal);
        try {
          await attempt();
        } catch (error) {
          // Another replica was faster.
          if (!hasStatus(error, 409)) options.onFailure(error);
        }
        answered.abort();
        await expiring;
        settle();
        const rest = isLeader() ? heldUntil - clock.now() : Infinity;
        await clock.sleep(Math.min(spread(clock, PERIOD_MS), rest), signal);
        settle();
      }
      if (heldUntil === 0) return;
      heldUntil = 0;
      settle();
      await release().catch(options.onFailure);
    },
  };
}
