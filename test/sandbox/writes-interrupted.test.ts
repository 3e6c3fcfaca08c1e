import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startCoffer } from '../support/child.ts';
import { controlOf } from '../support/control.ts';
import { byLength } from '../support/length.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);

const COUNT = 30;
const PARAMETERS = Array.from(
  { length: COUNT },
  (_, i) => `  - {name: p${i}, type: String, value: v}\n`,
).join('');

/** As shells have it. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** With the signal that is tried in the short form. */
const WRITERS = [
  ['sync', 'ssm:PutParameter', 'SIGINT'],
  ['save', 'ssm:PutParameter', 'SIGTERM'],
  ['nuke', 'ssm:DeleteParameters', 'SIGHUP'],
] as const;

describe.each(WRITERS)('%s', (command, operation, own) => {
  test.each(Object.entries(CODES).filter(([signal]) => byLength(signal === own, true)))(
    'interrupted by %s says what is left and exits %i; the same call does the rest',
    async (signal, status) => {
      const app = await createScene(aws, PARAMETERS);
      if (command === 'nuke') await app.succeed(['save', 'app.yml']);
      const args = [command, 'app.yml', '--json', ...(command === 'save' ? [] : ['--yes'])];
      await control.forgetCalls();
      await control.disturb({ latencyMs: 150 });
      const child = startCoffer([...args, '--concurrency', '1'], {
        cwd: app.folder,
        env: aws.env,
      });
      await control.untilCalled(operation);
      child.kill(signal as keyof typeof CODES);
      const { code, stdout, stderr } = await child.finished;
      await control.disturb({});
      expect(code, stderr).toBe(status);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'partial' } });
      expect(stderr).toContain('not started');
      const held = Object.keys(await stored.values(app.prefix)).length;
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(COUNT);
      await app.succeed(args);
      const wanted = command === 'nuke' ? 0 : COUNT;
      expect(Object.keys(await stored.values(app.prefix))).toHaveLength(wanted);
    },
  );
});
