import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Session } from '../aws/session.ts';
import { ANNOTATIONS } from '../formats/coffer-secret.ts';
import { spread, type Clock } from './clock.ts';
import { serveHealth } from './health.ts';
import { createKubeClient } from './kube/client.ts';
import type { KubeConfig } from './kube/config.ts';
import { createInformer, type Informer } from './kube/informer.ts';
import { pathOf, type KubeObject } from './kube/model.ts';
import { createElection } from './lease.ts';
import type { Log } from './log.ts';
import { createRecorder } from './loop/events.ts';
import { explain } from './loop/failure.ts';
import type { Limits } from './loop/guard.ts';
import { createMetrics } from './loop/metrics.ts';
import { createQueue, type WorkQueue } from './loop/queue.ts';
import { reconcile } from './loop/reconcile.ts';
import { MANAGED_SELECTOR, ownerOf } from './loop/secret.ts';
import { createReaders } from './readers.ts';
import { type Resource } from './resource.ts';

export interface ControllerOptions {
  kube: KubeConfig;
  /** How to reach AWS. */
  session: Session;
  clock: Clock;
  log: Log;
  /** Whose CofferSecrets to serve; undefined for all. */
  namespaces: readonly string[] | undefined;
  limits: Limits;
  /** How many CofferSecrets to work on at once. */
  concurrency: number;
  /** Maximum calls to AWS, a second. */
  awsRate: number;
  /** Whether to watch the metadata of Secrets, to repair them at once. */
  watchesSecrets: boolean;
  /** How often to look at everything again, in milliseconds. Default: 10 minutes. */
  resyncMs?: number | undefined;
  /** Where to serve probes and metrics: `host:port`. */
  health?: string | undefined;
  /** Called with the port of the probes. */
  onListening?: (port: number) => void;
}

/** Everything is looked at again after this time: only the API server notices. */
const RESYNC_MS = 10 * 60_000;
/** How old the news of the API server may be. */
const FRESH_MS = 10 * 60_000;
const LEASE = 'coffer-controller';

/**
 * Makes Secrets from CofferSecrets, until the signal aborts: then it finishes what runs, and gives
 * the Lease back.
 * @throws CofferError `usage` if it cannot serve its probes
 */
export async function runController(
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { kube, clock, log, namespaces, concurrency } = options;
  const identity = `${hostname()}_${randomUUID().slice(0, 8)}`;
  const metrics = createMetrics();
  const client = createKubeClient(kube, {
    clock,
    onAnswer: (status) => metrics.count('kube_requests_total', { code: String(status) }),
  });
  const readers = createReaders(options.session, { perSecond: options.awsRate, clock, metrics });
  const record = createRecorder(client, { clock, identity });
  const services = { ...options, client, record, metrics, readerFor: readers.readerFor };
  const fail = (what: string) => (error: unknown) =>
    log('warn', `${what}: ${explain(error).message}`);

  const work = async (key: string): Promise<boolean> => {
    const resource = find(key);
    // What is gone takes its Secret along, by its owner.
    if (!resource || resource.metadata.deletionTimestamp) return true;
    return reconcile(resource, services);
  };
  /** Only the replica that holds the Lease has one. */
  let queue: WorkQueue | undefined;
  const enqueueAll = () => {
    for (const { items } of resources) for (const key of items.keys()) queue?.add(key);
  };
  const places = namespaces ?? [undefined];
  const resources = places.map((namespace) =>
    createInformer<Resource>({
      client,
      clock,
      path: pathOf('cofferSecrets', namespace),
      onChange(key, now, before) {
        if (!now) metrics.setState(key, undefined);
        else if (!before || isChanged(now, before)) queue?.add(key);
      },
      onList: (count) => log('info', 'CofferSecrets listed', { namespace, count }),
      onFailure: fail('cannot follow CofferSecrets'),
    }),
  );
  const secrets = options.watchesSecrets ? places.map(createSecretInformer) : [];
  const informers: readonly Informer<KubeObject>[] = [...resources, ...secrets];
  const find = (key: string) =>
    resources.map(({ items }) => items.get(key)).find((item) => item !== undefined);

  function createSecretInformer(namespace: string | undefined): Informer<KubeObject> {
    return createInformer({
      client,
      clock,
      path: pathOf('secrets', namespace),
      labelSelector: MANAGED_SELECTOR,
      onlyMetadata: true,
      onChange(_, now, before) {
        // What is changed may no longer name its owner.
        const known = before ?? now;
        const owner = known && ownerOf(known.metadata);
        if (owner) queue?.add(`${known.metadata.namespace ?? ''}/${owner}`);
      },
      onFailure: fail('cannot follow Secrets'),
    });
  }

  const election = createElection({
    client,
    clock,
    identity,
    namespace: kube.namespace,
    name: LEASE,
    onGain() {
      log('info', 'this replica works now', { identity });
      queue = createQueue(work, { concurrency, clock });
      enqueueAll();
    },
    onLose() {
      log('info', 'this replica works no more', { identity });
      stopping = queue?.stop();
      queue = undefined;
    },
    onFailure: fail('cannot hold the Lease'),
  });
  let stopping: Promise<void> | undefined;
  metrics.setGauges(() => ({
    queueDepth: queue?.depth() ?? 0,
    isLeader: election.isLeader(),
  }));

  const resync = async () => {
    while (!signal.aborted) {
      await clock.sleep(spread(clock, options.resyncMs ?? RESYNC_MS), signal);
      if (!signal.aborted) enqueueAll();
    }
  };
  const isReady = () =>
    informers.every(
      (informer) => informer.isSynced() && clock.now() - informer.lastHeard() < FRESH_MS,
    );
  const probes = { isReady, metrics: metrics.render };
  const health =
    options.health === undefined ? undefined : await serveHealth(options.health, probes);
  if (health) options.onListening?.(health.port);
  log('info', 'controller started', { identity, namespaces: namespaces?.join(',') ?? '*' });
  /** The Lease goes last: until then nobody else writes. */
  const elected = new AbortController();
  const electing = election.run(elected.signal);
  try {
    await Promise.all([resync(), ...informers.map((informer) => informer.run(signal))]);
    await queue?.stop();
    elected.abort();
    await electing;
    await stopping;
  } finally {
    elected.abort();
    client.close();
    readers.close();
    await health?.close();
  }
  log('info', 'controller stopped', { identity });
}

/** Whether there may be something to do: a new status is our own work. */
function isChanged({ metadata: now }: Resource, { metadata: before }: Resource): boolean {
  const isPinnedAnew =
    now.annotations?.[ANNOTATIONS.pinnedAt] !== before.annotations?.[ANNOTATIONS.pinnedAt];
  return now.uid !== before.uid || now.generation !== before.generation || isPinnedAnew;
}
