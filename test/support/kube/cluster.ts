import { REAL_CLOCK } from '../../../src/controller/clock.ts';
import { createKubeClient, type KubeClient } from '../../../src/controller/kube/client.ts';
import type { KubeConfig } from '../../../src/controller/kube/config.ts';
import { ADMIN, startFakeServer, type FakeServer } from './fake-server.ts';

/** An API server for tests, and how to look at it without coffer. */
export interface Cluster {
  /** What the controller gets: the rights of its Role, in the namespaces that have it. */
  config: KubeConfig;
  admin: KubeClient;
  /** A new namespace in which the Role counts. */
  createNamespace: () => Promise<string>;
  /** Stops the server, and starts it again. */
  restart: () => Promise<void>;
  /** Only of the one that is ours. */
  fake?: FakeServer;
  close: () => Promise<void>;
}

export async function startFakeCluster(): Promise<Cluster> {
  const fake = await startFakeServer();
  const namespace = 'default';
  const admin = createKubeClient(
    { server: fake.url, token: ADMIN, namespace },
    { clock: REAL_CLOCK },
  );
  let count = 0;
  return {
    config: { server: fake.url, token: 'controller', namespace },
    admin,
    createNamespace: () => Promise.resolve(`shop-${(count += 1)}`),
    restart: fake.restart,
    fake,
    async close() {
      admin.close();
      await fake.close();
    },
  };
}
