import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { CofferError } from '../errors.ts';
import { Access } from './access.ts';
import { Control, CONTROL } from './control.ts';
import { Faults } from './faults.ts';
import { Policies } from './iam/policies.ts';
import { jsonDialect } from './json/dialect.ts';
import { KeyRing } from './kms/keyring.ts';
import { kmsService } from './kms/service.ts';
import { s3Dialect } from './s3/dialect.ts';
import { ObjectStore } from './s3/model.ts';
import { SecretStore } from './secretsmanager/model.ts';
import { secretsManagerService } from './secretsmanager/service.ts';
import { serve } from './server.ts';
import type { RunningServer } from './server.ts';
import { ParameterStore } from './ssm/model.ts';
import { ssmService } from './ssm/service.ts';
import { stsDialect } from './sts/dialect.ts';
import { Identities } from './identities.ts';
import { Bodies } from './state/bodies.ts';
import { Store } from './state/store.ts';

export interface SandboxOptions {
  /** 0, the default, means any free port. */
  port?: number;
  /** Folder for the state. Default: memory. */
  folder?: string;
  /** IAM policies by access key; a key without one may do everything. */
  policies?: Policies;
  /** The accounts of access keys; other keys are of the sandbox's own account. */
  accounts?: ReadonlyMap<string, string>;
}

export interface Sandbox {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * KMS, SSM Parameter Store, Secrets Manager, S3 and STS on 127.0.0.1. control.ts describes how to
 * observe and disturb it.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, policies = new Policies(), accounts = new Map() } = options;
  const identities = new Identities();
  for (const [key, account] of accounts) identities.setAccount(key, account);
  const folder = options.folder === undefined ? undefined : resolve(options.folder);
  if (folder !== undefined) await requireFree(folder);
  const state = await openState(folder);
  const id = randomUUID();
  const server = await listen(state, { id, policies, identities }, port);
  const url = `http://127.0.0.1:${server.port}`;
  if (folder !== undefined) await writeFile(marker(folder), JSON.stringify({ url, id }));
  let closed: Promise<void> | undefined;
  const close = async () => {
    await server.close();
    state.store.close();
    if (folder !== undefined) await rm(marker(folder), { force: true });
  };
  return { url, close: () => (closed ??= close()) };
}

interface State {
  store: Store;
  ring: KeyRing;
  objects: ObjectStore;
}

async function openState(folder: string | undefined): Promise<State> {
  try {
    if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
    const bodiesFolder = folder && join(folder, 'bodies');
    const bodies = await Bodies.open(bodiesFolder);
    const store = await Store.open(folder);
    const ring = new KeyRing(store);
    const objects = new ObjectStore(store, bodies, ring);
    const live = objects.segmentIds();
    if (bodiesFolder !== undefined) await Bodies.sweep(bodiesFolder, (id) => live.has(id));
    return { store, ring, objects };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CofferError('usage', `cannot keep the sandbox's state in ${folder}: ${why}`, {
      hint: 'name a writable folder, or none',
      cause,
    });
  }
}

async function listen(
  { store, ring, objects }: State,
  { id, policies, identities }: { id: string; policies: Policies; identities: Identities },
  port: number,
): Promise<RunningServer> {
  const faults = new Faults();
  const parameters = new ParameterStore(store, ring, () => faults.settings);
  const secrets = new SecretStore(store, ring, () => faults.settings);
  const parts = {
    json: jsonDialect({
      TrentService: kmsService(ring),
      AmazonSSM: ssmService(parameters),
      secretsmanager: secretsManagerService(secrets),
    }),
    s3: s3Dialect(objects),
    sts: stsDialect(identities),
    faults,
    access: new Access(() => faults.settings, policies, identities),
    control: new Control(id, { faults, policies, identities }),
  };
  try {
    return await serve(parts, port);
  } catch (cause) {
    store.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CofferError('usage', `the sandbox cannot listen on 127.0.0.1:${port}: ${why}`, {
      hint: 'choose another port, or 0 for any',
      cause,
    });
  }
}

function marker(folder: string): string {
  return join(folder, 'running.json');
}

/** Two sandboxes would corrupt each other's state. Ignores the marker of a dead sandbox. */
async function requireFree(folder: string): Promise<void> {
  let running: { url: string; id: string };
  try {
    running = JSON.parse(await readFile(marker(folder), 'utf8')) as typeof running;
    const answer = await fetch(new URL(`${CONTROL}instance`, running.url), {
      signal: AbortSignal.timeout(2000),
    });
    const { id } = (await answer.json()) as { id?: unknown };
    if (id !== running.id) return;
  } catch {
    return;
  }
  throw new CofferError('usage', `a sandbox already runs on ${folder}, at ${running.url}`);
}
