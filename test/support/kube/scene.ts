import { setTimeout as sleep } from 'node:timers/promises';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, onTestFinished } from 'vitest';
import { runController, type ControllerOptions } from '../../../src/controller/controller.ts';
import { hasStatus } from '../../../src/controller/kube/errors.ts';
import { pathOf, type KubeObject } from '../../../src/controller/kube/model.ts';
import { createLog } from '../../../src/controller/log.ts';
import type { Secret } from '../../../src/controller/loop/secret.ts';
import type { Condition, Resource } from '../../../src/controller/resource.ts';
import {
  API_VERSION,
  KIND,
  type CofferSecretSpec,
  type PinnedKey,
} from '../../../src/formats/coffer-secret.ts';
import { REGION, type TestAws } from '../aws.ts';
import { sessionAt } from '../services.ts';
import { createTestClock, type TestClock } from './clock.ts';
import type { Cluster } from './cluster.ts';

type Annotations = Readonly<Record<string, string>>;

/** A namespace with a controller, and what people do in it. */
export interface KubeScene {
  namespace: string;
  clock: TestClock;
  /** The start of the names in SSM. */
  prefix: string;
  /** Writes a parameter; its new version. */
  put: (name: string, value: string) => Promise<number>;
  /** Starts a controller; calling the result stops it, and `abandon` leaves it to its fate. */
  start: (options?: Partial<ControllerOptions>) => Promise<Running>;
  /** A key with a version of a parameter of this scene. */
  ssm: (name: string, version: number, key?: string) => PinnedKey;
  apply: (
    name: string,
    spec: Partial<CofferSecretSpec> & Pick<CofferSecretSpec, 'data'>,
    annotations?: Annotations,
  ) => Promise<void>;
  /** Waits until the status says what became of the present spec. */
  ready: (name: string, options?: Waiting) => Promise<Condition>;
  /** The same, once it has this reason. */
  failed: (name: string, reason: string, options?: Waiting) => Promise<Condition>;
  resource: (name: string) => Promise<Resource>;
  secret: (name: string) => Promise<Secret | undefined>;
  /** The data of a Secret as text. */
  data: (name: string) => Promise<Record<string, string> | undefined>;
  /** Changes an object as another person; null removes a field. */
  edit: (kind: Parameters<typeof pathOf>[0], name: string, patch: object) => Promise<void>;
  create: (kind: Parameters<typeof pathOf>[0], object: object) => Promise<void>;
  remove: (kind: Parameters<typeof pathOf>[0], name: string) => Promise<void>;
  events: () => Promise<{ reason: string; note: string; type: string }[]>;
  /** All that a controller logged. */
  logs: string[];
}

interface Running {
  stop: () => Promise<void>;
  /** A counter or gauge of /metrics, summed over its labels that contain `label`. */
  metric: (name: string, label?: string) => Promise<number>;
  url: string;
}

interface Waiting {
  /** Moves the clock by so many milliseconds between two looks. */
  advance?: number;
}

export async function createKubeScene(cluster: Cluster, aws: TestAws): Promise<KubeScene> {
  const namespace = await cluster.createNamespace();
  const { admin } = cluster;
  const clock = createTestClock();
  const prefix = `/${aws.unique('apps')}/`;
  const logs: string[] = [];
  const values = new Set<string>();
  const controllers = new Set<() => Promise<void>>();
  onTestFinished(async () => {
    for (const stop of controllers) await stop();
    for (const value of values) {
      const encoded = Buffer.from(value).toString('base64');
      for (const line of logs) expect(line.includes(value) || line.includes(encoded)).toBe(false);
    }
  });

  async function find<Found extends KubeObject>(
    kind: Parameters<typeof pathOf>[0],
    name: string,
  ): Promise<Found | undefined> {
    try {
      return await admin.request<Found>(pathOf(kind, namespace, name));
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  const scene: KubeScene = {
    namespace,
    clock,
    prefix,
    logs,
    async put(name, value) {
      values.add(value);
      const { Version = 0 } = await aws.ssm.send(
        new PutParameterCommand({
          Name: prefix + name,
          Value: value,
          Type: 'SecureString',
          KeyId: aws.kmskey,
          Overwrite: true,
        }),
      );
      return Version;
    },
    async start(options = {}) {
      const abort = new AbortController();
      let listening: (port: number) => void;
      const port = new Promise<number>((resolve) => (listening = resolve));
      const session = { ...sessionAt(aws.endpoint), region: REGION, environment: {} };
      const running = runController(
        {
          kube: { ...cluster.config, namespace },
          session,
          clock,
          log: createLog((line) => void logs.push(line), clock),
          namespaces: [namespace],
          limits: { allowedRoles: [], requiredPrefix: undefined },
          concurrency: 4,
          awsRate: 100_000,
          watchesSecrets: false,
          health: '127.0.0.1:0',
          onListening: (found) => listening(found),
          ...options,
        },
        abort.signal,
      );
      const stop = () => {
        abort.abort();
        return running;
      };
      controllers.add(stop);
      const url = `http://127.0.0.1:${await Promise.race([port, running.then(() => 0)])}`;
      return {
        stop,
        url,
        async metric(name, label = '') {
          const text = await (await fetch(`${url}/metrics`)).text();
          const rows = text
            .split('\n')
            .filter((row) => row.startsWith(`coffer_controller_${name}`));
          return rows
            .filter((row) => row.includes(label))
            .reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
        },
      };
    },
    ssm: (name, version, key = name) => ({ key, ssm: { name: prefix + name, version } }),
    async apply(name, spec, annotations) {
      await admin.request(pathOf('cofferSecrets', namespace, name), {
        method: 'PATCH',
        contentType: 'application/apply-patch+yaml',
        query: { fieldManager: 'test', force: 'true' },
        body: {
          apiVersion: API_VERSION,
          kind: KIND,
          metadata: { name, namespace, annotations },
          spec: { region: REGION, ...spec },
        },
      });
    },
    async ready(name, { advance } = {}) {
      return until(async () => {
        if (advance !== undefined) clock.advance(advance);
        const { metadata, status } = await scene.resource(name);
        const [condition] = status?.conditions ?? [];
        return condition?.observedGeneration === metadata.generation ? condition : undefined;
      });
    },
    failed: async (name, reason, waiting) =>
      until(async () => {
        const condition = await scene.ready(name, waiting);
        return condition.reason === reason ? condition : undefined;
      }),
    async resource(name) {
      const found = await find<Resource>('cofferSecrets', name);
      if (!found) throw new Error(`there is no CofferSecret ${name}`);
      return found;
    },
    secret: (name) => find<Secret>('secrets', name),
    async data(name) {
      const found = await scene.secret(name);
      const entries = Object.entries(found?.data ?? {});
      return (
        found &&
        Object.fromEntries(
          entries.map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
        )
      );
    },
    async edit(kind, name, body) {
      await admin.request(pathOf(kind, namespace, name), {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        query: { fieldManager: 'somebody' },
        body,
      });
    },
    async create(kind, body) {
      await admin.request(pathOf(kind, namespace), { method: 'POST', body });
    },
    async remove(kind, name) {
      await admin.request(pathOf(kind, namespace, name), { method: 'DELETE' });
    },
    async events() {
      const { items } = await admin.request<{
        items: { reason: string; note: string; type: string }[];
      }>(pathOf('events', namespace));
      return items;
    },
  };
  return scene;
}

/** Waits for a value, as long as the test may take. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(5);
  }
}
