import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { byLength } from '../support/length.ts';
import { createLarge, expectClean } from './large.ts';

const aws = await useAws();
const { disturb } = controlOf(aws);

const COUNT = byLength(300, 1000);

test(
  `writes ${COUNT} parameters in spite of throttling and failing calls`,
  { timeout: 120_000 },
  async () => {
    const app = await createLarge(aws, COUNT);
    await disturb({
      seed: 7,
      rules: [
        { action: 'ssm:PutParameter', perSecond: 40 },
        { action: '*', errorRate: 0.05 },
      ],
    });
    const { stdout } = await app.succeed(['sync', 'app.yml', '--yes', '--json']);
    const report = JSON.parse(stdout.toString()) as { done: string[] };
    expect(report).toMatchObject({ failed: [], left: [] });
    expect(report.done).toHaveLength(COUNT);
    await disturb({});
    await expectClean(app);
  },
);
