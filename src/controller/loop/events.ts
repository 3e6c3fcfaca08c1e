import { API_VERSION, KIND } from '../../formats/coffer-secret.ts';
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { pathOf } from '../kube/model.ts';
import type { Resource } from '../resource.ts';

/** Tells people what happened to a CofferSecret: `kubectl describe` shows it. */
export type Recorder = (
  resource: Resource,
  event: { isWarning: boolean; reason: string; note: string },
) => Promise<void>;

/** The API's limits. */
const NOTE = 1024;
const INSTANCE = 128;

export function createRecorder(
  client: KubeClient,
  { clock, identity }: { clock: Clock; identity: string },
): Recorder {
  return async ({ metadata }, { isWarning, reason, note }) => {
    const { name, namespace = '', uid, resourceVersion } = metadata;
    await client.request(pathOf('events', namespace), {
      method: 'POST',
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { generateName: `${name.slice(0, 200)}-`, namespace },
        eventTime: `${new Date(clock.now()).toISOString().slice(0, -1)}000Z`,
        reportingController: 'coffer.dev/controller',
        reportingInstance: identity.slice(0, INSTANCE),
        action: 'Sync',
        reason,
        type: isWarning ? 'Warning' : 'Normal',
        note: note.slice(0, NOTE),
        regarding: { apiVersion: API_VERSION, kind: KIND, name, namespace, uid, resourceVersion },
      },
    });
  };
}
