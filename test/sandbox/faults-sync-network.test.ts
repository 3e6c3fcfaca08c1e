import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene } from '../support/scene.ts';
import { createWorkspace } from '../support/workspace.ts';
import { expectClean } from './large.ts';

const aws = await useAws();

/** A separate sandbox, which can stop and start again with its state. */
async function createFlaky() {
  const { folder } = await createWorkspace();
  let sandbox = await startSandbox({ folder });
  onTestFinished(() => sandbox.close());
  const endpoint = sandbox.url;
  return {
    endpoint,
    down: () => sandbox.close(),
    async up() {
      sandbox = await startSandbox({ folder, port: Number(new URL(endpoint).port) });
    },
  };
}

test('a lost network ends sync soon, and the same command finishes', async () => {
  const flaky = await createFlaky();
  const { endpoint } = flaky;
  const app = await createScene(
    { ...aws, endpoint, env: { ...aws.env, AWS_ENDPOINT_URL: endpoint } },
    Array.from({ length: 60 }, (_, i) => `  - {name: p${i}, type: String, value: x}\n`).join(''),
  );
  const control = controlOf(flaky);
  await control.disturb({ latencyMs: 100 });
  const syncing = app.coffer(['sync', 'app.yml', '--yes', '--json', '--concurrency', '4']);
  await control.untilCalled('ssm:PutParameter', 9);
  await flaky.down();
  const { code, stdout, stderr } = await syncing;
  expect(code).toBe(4);
  expect(stderr).toContain(`cannot reach ${new URL(endpoint).host}`);
  const first = JSON.parse(stdout.toString()) as Record<'done' | 'failed' | 'left', unknown[]>;
  expect(first.done.length).toBeGreaterThanOrEqual(4);
  expect(first.failed).not.toEqual([]);
  expect(first.left.length).toBeGreaterThan(30);
  expect(first.done.length + first.failed.length + first.left.length).toBe(60);

  await flaky.up();
  const again = await app.succeed(['sync', 'app.yml', '--yes', '--json']);
  expect(JSON.parse(again.stdout.toString())).toMatchObject({ failed: [], left: [] });
  await expectClean(app);
});
