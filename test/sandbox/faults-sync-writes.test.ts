import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { expectReport } from '../support/reports.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { cofferInTerminal, HAS_PTY } from '../support/terminal.ts';
import { createLarge, expectClean } from './large.ts';

const aws = await useAws();
const { disturb, forgetCalls, untilCalled } = controlOf(aws);
const stored = storedIn(aws);

test('a write of somebody else after the plan is a conflict', async () => {
  const app = await createScene(
    aws,
    ['ours', 'updated', 'created']
      .map((name) => `  - {name: ${name}, type: String, value: ours}\n`)
      .join(''),
  );
  await stored.put(`${app.prefix}updated`, 'old');
  await forgetCalls();
  // A call acts when its latency has passed: theirs is sent when coffer's reads are on their way.
  await disturb({ latencyMs: 1000 });
  const syncing = app.coffer(['sync', 'app.yml', '--yes', '--json']);
  await untilCalled('ssm:GetParameters');
  await untilCalled('ssm:DescribeParameters');
  await Promise.all([
    stored.put(`${app.prefix}updated`, 'theirs'),
    stored.put(`${app.prefix}created`, 'theirs'),
  ]);
  const { code, stdout, stderr } = await syncing;
  await disturb({});

  expect(code).toBe(4);
  expect(JSON.parse(stdout.toString())).toMatchObject({
    done: [`${app.prefix}ours`],
    failed: expect.arrayContaining([
      expect.objectContaining({ name: `${app.prefix}updated`, code: 'conflict' }),
      expect.objectContaining({ name: `${app.prefix}created`, code: 'conflict' }),
    ]),
    left: [],
  });
  expect(stderr).toContain(`coffer get ${app.prefix}updated@2`);
  expect((await stored.values(app.prefix))['created']).toBe('theirs');
  const theirs = await app.succeed(['get', `${app.prefix}updated@2`]);
  expect(theirs.stdout.toString()).toBe('theirs');

  await app.succeed(['sync', 'app.yml', '--yes']);
  await expectClean(app);
});

test('a lost answer is no conflict', async () => {
  const app = await createLarge(aws, 60);
  await disturb({ seed: 3, rules: [{ action: 'ssm:*', resetRate: 0.2 }] });
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.write('app.yml', (await app.text('app.yml')).replaceAll('value: value', 'value: new'));
  await app.succeed(['sync', 'app.yml', '--yes']);
  await disturb({});
  await expectClean(app);
});

test.runIf(HAS_PTY)(
  'Ctrl-C ends sync after the running writes, and the same command finishes',
  async () => {
    const app = await createLarge(aws, 120);
    await disturb({ latencyMs: 200 });
    const { code, shown } = await cofferInTerminal(
      ['sync', 'app.yml', '--yes'],
      [['app.yml: writing ', '\u0003']],
      { cwd: app.folder, env: aws.env },
    );
    expect(code).toBe(130);
    expect(shown).toContain('interrupted: finishing current work');
    const [, done = '', left = ''] = /(\d+) done, 0 failed, (\d+) not started/.exec(shown) ?? [];
    expect(Number(done)).toBeGreaterThan(0);
    expect(Number(left)).toBeGreaterThan(0);
    expect(Number(done) + Number(left)).toBe(120);
    await disturb({});
    expect(Object.keys(await stored.values(app.prefix))).toHaveLength(Number(done));

    const { stderr } = await app.succeed(['sync', 'app.yml', '--yes']);
    expect(stderr).toContain(`${left} parameters written`);
    await expectClean(app);
  },
);

test('prunes nothing if the parameter that replaces it cannot be written', async () => {
  const app = await createScene(aws, '  - {name: new, type: String, value: x}\n');
  await stored.put(`${app.prefix}old`, 'x');
  await disturb({ rules: [{ action: 'ssm:PutParameter', deny: true }] });
  const args = ['sync', 'app.yml', '--prune', '--yes', '--json'];
  const { code, stdout } = await app.coffer(args);
  expect(code).toBe(4);
  expect(expectReport('applied', stdout.toString())).toMatchObject({
    done: [],
    failed: [{ name: `${app.prefix}new` }],
    left: [`${app.prefix}old`],
  });
  expect(await stored.values(app.prefix)).toEqual({ old: 'x' });
});
