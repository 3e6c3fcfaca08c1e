import { ANNOTATIONS, API_VERSION, KIND } from '../../formats/coffer-secret.ts';
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { hasStatus } from '../kube/errors.ts';
import { pathOf } from '../kube/model.ts';
import type { Log } from '../log.ts';
import { secretNameOf, type Resource } from '../resource.ts';
import type { Recorder } from './events.ts';
import { explain, SyncError } from './failure.ts';
import { checkFrame, checkLimits, type Limits } from './guard.ts';
import type { Metrics } from './metrics.ts';
import { restartWorkloads } from './restart.ts';
import { desiredSecret, hasFrame, intactData, isOurs, type Secret } from './secret.ts';
import { nextStatus, readyOf, type Outcome } from './status.ts';
import { readValues, type AwsReader } from './values.ts';

interface Services {
  client: KubeClient;
  clock: Clock;
  log: Log;
  record: Recorder;
  metrics: Metrics;
  limits: Limits;
  /** AWS with the rights of a role, or the controller's own, for a namespace. */
  readerFor: (role: string | undefined, namespace: string) => AwsReader;
}

/**
 * Makes the Secret of a CofferSecret what it should be, and says so in its status. Each step may be
 * the last one before the process dies: the next run begins anew and ends the same.
 * @returns whether it succeeded; it does not throw
 */
export async function reconcile(resource: Resource, services: Services): Promise<boolean> {
  const { clock, log, metrics } = services;
  const begun = clock.now();
  const where = { namespace: resource.metadata.namespace, name: resource.metadata.name };
  let outcome: Outcome;
  try {
    const isWritten = await syncSecret(resource, services);
    const restarted = await restartWorkloads(resource, services.client);
    outcome = { isReady: true, isWritten, restarted };
    if (isWritten) log('info', 'Secret written', { ...where, secret: secretNameOf(resource) });
  } catch (error) {
    // Somebody else wrote in the meantime: look again, and say nothing yet.
    if (hasStatus(error, 409)) {
      metrics.count('reconciles_total', { result: 'Conflict' });
      return false;
    }
    outcome = { isReady: false, ...explain(error) };
    log('warn', outcome.message, { ...where, reason: outcome.reason });
  }
  const reason = outcome.isReady ? 'Synced' : outcome.reason;
  metrics.count('reconciles_total', { result: reason });
  metrics.setState(`${where.namespace}/${where.name}`, { ready: String(outcome.isReady), reason });
  try {
    await report(resource, outcome, services);
  } catch (error) {
    if (hasStatus(error, 404)) return true;
    log('warn', `cannot write the status: ${explain(error).message}`, where);
    return false;
  } finally {
    metrics.observe((clock.now() - begun) / 1000);
  }
  return outcome.isReady;
}

/** Returns whether it wrote the Secret. */
async function syncSecret(resource: Resource, services: Services): Promise<boolean> {
  const { client, limits } = services;
  const { namespace = '' } = resource.metadata;
  const name = secretNameOf(resource);
  const path = pathOf('secrets', namespace, name);
  checkFrame(resource.spec);
  checkLimits(resource.spec, namespace, limits);
  const secret = await readSecret(client, path);
  if (secret && !isOurs(secret, resource)) {
    throw new SyncError(
      'NotOurs',
      `the Secret ${name} exists, and this CofferSecret did not make it: delete it, or choose another secretName`,
    );
  }
  const held = secret && intactData(secret, resource);
  const desired = desiredSecret(resource, held ?? (await readData(resource, services)));
  if (secret && held && hasFrame(secret, desired)) return false;
  // Exactly the one that was seen; a new one takes nothing from anybody.
  const { resourceVersion } = secret?.metadata ?? {};
  const body = { ...desired, metadata: { ...desired.metadata, resourceVersion } };
  await client.apply<Secret>(path, body, { isForced: secret !== undefined });
  return true;
}

async function readSecret(client: KubeClient, path: string): Promise<Secret | undefined> {
  try {
    return await client.request<Secret>(path);
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Reads AWS. */
async function readData(
  { metadata, spec }: Resource,
  { readerFor }: Services,
): Promise<Record<string, string>> {
  const pinnedAt = metadata.annotations?.[ANNOTATIONS.pinnedAt];
  const reader = readerFor(spec.roleArn, metadata.namespace ?? '');
  const values = await readValues(spec, pinnedAt, reader);
  return Object.fromEntries([...values].map(([key, value]) => [key, value.toString('base64')]));
}

/** Writes the status and an event, if there is something new to say. */
async function report(resource: Resource, outcome: Outcome, services: Services): Promise<void> {
  const { client, clock, log, record } = services;
  const status = nextStatus(resource, outcome, clock.now());
  if (!status) return;
  const { apiVersion, kind, metadata } = resource;
  const { name, namespace } = metadata;
  await client.apply(`${pathOf('cofferSecrets', namespace, name)}/status`, {
    apiVersion: apiVersion ?? API_VERSION,
    kind: kind ?? KIND,
    metadata: { name, namespace },
    status,
  });
  const [before, now] = [readyOf(resource), status.conditions?.[0]];
  const isNew = before?.reason !== now?.reason || before?.message !== now?.message;
  if (!isNew && !(outcome.isReady && outcome.isWritten)) return;
  const note = outcome.isReady ? `wrote the Secret ${secretNameOf(resource)}` : outcome.message;
  await record(resource, { isWarning: !outcome.isReady, reason: now?.reason ?? '', note }).catch(
    (error: unknown) => {
      log('warn', `cannot write an event: ${explain(error).message}`, { namespace, name });
    },
  );
}
