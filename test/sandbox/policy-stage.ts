import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll } from 'vitest';
import type { Question } from '../../src/sandbox/iam/policies.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Settings } from '../../src/sandbox/settings.ts';
import { REGION } from '../support/aws.ts';
import { coffer, type Outcome } from '../support/cli.ts';
import { callerEnv, policiesOf } from '../support/policies.ts';

export interface Clients {
  kms: KMSClient;
  ssm: SSMClient;
  s3: S3Client;
}

/** A sandbox that runs, and a folder of manifests beside it. */
export interface Stage extends Clients {
  /** Where the manifests are. */
  folder: string;
  coffer: (args: readonly string[], stdin?: string) => Promise<Outcome>;
}

/** A step that somebody does with coffer, and its initial state. */
export interface Step {
  name: string;
  /** The name of its initial state. */
  from: string;
  args: readonly string[];
  stdin?: string;
  faults?: Partial<Settings>;
  /** The command that makes the same calls, and that this one stands in for. */
  standsFor?: string;
  /** Whether it was really done, if the exit code does not show it. */
  isDone?: (clients: Clients) => Promise<boolean>;
}

const CALLER = 'AKIACALLER';

/** Runs `work` on the state in the folder `place`. */
async function on<T>(place: string, work: (stage: Stage, endpoint: string) => Promise<T>) {
  const folder = join(place, 'work');
  await mkdir(folder, { recursive: true });
  const sandbox = await startSandbox({ folder: join(place, 'aws') });
  const clients = connect(sandbox.url);
  const env = { ...environment(sandbox.url), ...callerEnv(CALLER) };
  try {
    return await work(
      {
        ...clients,
        folder,
        coffer: (args, stdin) => coffer(args, { cwd: folder, env, stdin }),
      },
      sandbox.url,
    );
  } finally {
    for (const client of Object.values(clients) as { destroy: () => void }[]) client.destroy();
    await sandbox.close();
  }
}

/** Saved states of AWS and of manifests, to start from again and again. */
export async function createStages() {
  const root = await mkdtemp(join(tmpdir(), 'coffer-test-'));
  afterAll(() => rm(root, { recursive: true, force: true }));
  let copies = 0;

  return {
    /** Saves the state that `build` creates from the state `from`, or from nothing. */
    async keep(
      name: string,
      from: string | undefined,
      build: (stage: Stage) => Promise<void>,
    ): Promise<void> {
      if (from !== undefined) await cp(join(root, from), join(root, name), { recursive: true });
      await on(join(root, name), build);
    },

    /** Does a step under a policy; returns the result, and the decisions of the policy. */
    async run(step: Step, policy: object): Promise<{ outcome: Outcome; asked: Question[] }> {
      const place = join(root, `copy-${(copies += 1)}`);
      await cp(join(root, step.from), place, { recursive: true });
      const result = await on(place, async (stage, endpoint) => {
        const control = policiesOf({ endpoint });
        await control.put(CALLER, policy);
        if (step.faults) {
          const body = JSON.stringify(step.faults);
          await fetch(`${endpoint}/_sandbox/faults`, { method: 'PUT', body });
        }
        const outcome = await stage.coffer(step.args, step.stdin);
        const isDone = (await step.isDone?.(stage)) ?? true;
        const code = isDone ? outcome.code : outcome.code || 1;
        return { outcome: { ...outcome, code }, asked: await control.asked(CALLER) };
      });
      await rm(place, { recursive: true, force: true });
      return result;
    },
  };
}

export type Stages = Awaited<ReturnType<typeof createStages>>;

function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Clients of a caller without a policy. */
function connect(endpoint: string): Clients {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  const config = { endpoint, region: REGION, credentials };
  return {
    kms: new KMSClient(config),
    ssm: new SSMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
}
