import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { REAL_CLOCK } from '../../../src/controller/clock.ts';
import { createKubeClient } from '../../../src/controller/kube/client.ts';
import { findKubeConfig } from '../../../src/controller/kube/config.ts';
import { pathOf } from '../../../src/controller/kube/model.ts';
import type { Cluster } from '../../support/kube/cluster.ts';
import { rulesFor } from '../../support/kube/rights.ts';
import { until } from '../../support/kube/scene.ts';

const UP = fileURLToPath(new URL('up.sh', import.meta.url));
const CRD = new URL('../../../schemas/crd.json', import.meta.url);
const RBAC = 'apis/rbac.authorization.k8s.io/v1';
const run = promisify(execFile);

/** Whether the two binaries are there; if not, a line says how to build them. */
export function isBuilt(): boolean {
  const cache = process.env['KUBE_CACHE'] ?? join(homedir(), '.cache/kube-test');
  try {
    for (const name of ['etcd', 'kube-apiserver']) accessSync(join(cache, name), constants.X_OK);
    return true;
  } catch {
    process.stderr.write(
      `The tests against a real API server are left out: build it with ${UP} build\n`,
    );
    return false;
  }
}

/** A real API server; the controller is a user with the rights of its Role, and no others. */
export async function startRealCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-'));
  await run(UP, [folder]);
  const adminConfig = await findKubeConfig(join(folder, 'admin.yaml'), {});
  const admin = createKubeClient(adminConfig, { clock: REAL_CLOCK });
  const create = (path: string, body: object) => admin.request(path, { method: 'POST', body });
  const crd = JSON.parse(readFileSync(CRD, 'utf8')) as object;
  await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  await until(() =>
    admin.request<object>('/apis/coffer.dev/v1alpha1/coffersecrets').catch(() => undefined),
  );
  const config = await findKubeConfig(join(folder, 'coffer.yaml'), {});
  const coffer = createKubeClient(config, { clock: REAL_CLOCK });
  let count = 0;
  return {
    config,
    admin,
    async createNamespace() {
      const namespace = `shop-${(count += 1)}`;
      const here = `/${RBAC}/namespaces/${namespace}`;
      const name = 'coffer';
      await create('/api/v1/namespaces', { metadata: { name: namespace } });
      await create(`${here}/roles`, { metadata: { name }, rules: rulesFor() });
      await create(`${here}/rolebindings`, {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
      });
      // A new Role takes a moment to count.
      await until(() =>
        coffer.request<object>(pathOf('cofferSecrets', namespace)).catch(() => undefined),
      );
      return namespace;
    },
    async restart() {
      await run(UP, ['down', folder]);
      await run(UP, [folder]);
    },
    async close() {
      admin.close();
      coffer.close();
      await run(UP, ['down', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
