import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createLarge, expectClean } from './large.ts';

const aws = await useAws();
const { disturb } = controlOf(aws);

test(
  '1,000 parameters arrive through throttling and failing calls',
  { timeout: 120_000 },
  async () => {
    const app = await createLarge(aws, 1000);
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
    expect(report.done).toHaveLength(1000);
    await disturb({});
    await expectClean(app);
  },
);
