import { createHash } from 'node:crypto';
import { pinsOf } from '../../formats/coffer-secret.ts';
import type { KubeClient } from '../kube/client.ts';
import { pathOf } from '../kube/model.ts';
import { secretNameOf, type Resource } from '../resource.ts';

/** The limit of the name of an annotation, after its domain. */
const NAME = 63;

/**
 * Changes an annotation of the pods of each workload that `restart` names, so that Kubernetes
 * replaces them; the same pins again change nothing.
 * @returns the pins for which that is done
 * @throws KubeError
 */
export async function restartWorkloads(
  resource: Resource,
  client: KubeClient,
): Promise<string | undefined> {
  const { metadata, spec, status } = resource;
  const pins = pinsOf(spec);
  if (!spec.restart?.length) return undefined;
  if (status?.restarted === pins) return pins;
  const annotations = { [annotationFor(secretNameOf(resource))]: pins };
  for (const { kind, name } of spec.restart) {
    await client.request(pathOf(kind, metadata.namespace, name), {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      query: { fieldManager: 'coffer' },
      body: { spec: { template: { metadata: { annotations } } } },
    });
  }
  return pins;
}

function annotationFor(secretName: string): string {
  const name = `pins-${secretName}`;
  if (name.length <= NAME) return `coffer.dev/${name}`;
  const hash = createHash('sha256').update(secretName).digest('hex').slice(0, 8);
  return `coffer.dev/${name.slice(0, NAME - 9)}-${hash}`;
}
