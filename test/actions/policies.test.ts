import { expect, test } from 'vitest';
import { diff } from '../../src/actions/diff.ts';
import { diffVersions } from '../../src/actions/diff-versions.ts';
import { describePlans } from '../../src/actions/plan-report.ts';
import { sync } from '../../src/actions/sync.ts';
import { formatPolicies } from '../../src/manifest/policies.ts';
import { renderPlanMarkdown } from '../../src/plan/markdown.ts';
import { expiration, noChange } from '../unit/manifest/samples.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
const isSandbox = process.env['COFFER_TEST_AWS'] === 'sandbox';

const TIME = '2999-01-01T00:00:00.000Z';
const EXPIRATION = `{Type: Expiration, Version: "1.0", Attributes: {Timestamp: ${TIME}}}`;
const NO_CHANGE =
  '{Type: NoChangeNotification, Version: "1.0", Attributes: {After: 20, Unit: Days}}';

const item = (policies: string) =>
  `  - {name: p, type: String, value: v, tier: Advanced${policies}}\n`;

async function start(policies: string) {
  const app = await createScene(aws, item(policies));
  const { tools, said } = createTools(aws);
  return { app, tools, said, file: app.path('app.yml') };
}

async function change(app: Scene, from: string, to: string): Promise<void> {
  await app.write(
    'app.yml',
    (await app.text('app.yml')).replace(from, () => to),
  );
}

/** What SSM holds, as texts. */
async function policiesOf(app: Scene): Promise<unknown[]> {
  const { Policies = [] } = (await stored.metadata(app.prefix)).get('p') ?? {};
  return Policies.map(({ PolicyText: text }): unknown =>
    typeof text === 'string' ? JSON.parse(text) : text,
  );
}

test('creates, compares, changes and removes policies', async () => {
  const { app, tools, file } = await start(`, policies: [${EXPIRATION}]`);
  await sync(tools, [file]);
  expect(await policiesOf(app)).toEqual([expiration(TIME)]);
  expect((await diff(tools, [file]))[0]?.changes[0]?.action).toBe('unchanged');

  // Another order of policies and keys, or another way to write the time, is no difference.
  await change(app, `[${EXPIRATION}]`, `[${NO_CHANGE}, ${EXPIRATION}]`);
  const [plan] = await diff(tools, [file]);
  expect(plan?.changes[0]).toMatchObject({
    action: 'update',
    differences: [
      {
        field: 'policies',
        before: formatPolicies([expiration(TIME)]),
        after: formatPolicies([expiration(TIME), noChange('20')]),
        isSecret: false,
      },
    ],
  });
  await sync(tools, [file]);
  await change(app, `[${NO_CHANGE}, ${EXPIRATION}]`, `[${EXPIRATION}, ${NO_CHANGE}]`);
  await change(app, TIME, '"2999-01-01T01:00:00+01:00"');
  expect((await diff(tools, [file]))[0]?.changes[0]?.action).toBe('unchanged');

  await app.write('app.yml', (await app.text('app.yml')).replace(/, policies: .*\]/, ''));
  await sync(tools, [file]);
  expect(
    (await policiesOf(app)).filter((policy) => Object.keys(policy as object).length > 0),
  ).toEqual([]);
  expect((await diff(tools, [file]))[0]?.changes[0]?.action).toBe('unchanged');
});

test('shows differences to people, programs and pull requests', async () => {
  const { app, tools, file } = await start(`, policies: [${EXPIRATION}]`);
  await sync(tools, [file]);
  await change(app, EXPIRATION, NO_CHANGE);
  const plans = await diff(tools, [file]);
  const [before, after] = [[expiration(TIME)], [noChange('20')]].map(formatPolicies);
  expect(describePlans(plans, false).manifests[0]?.changes[0]?.differences).toEqual([
    { field: 'policies', before, after },
  ]);
  const markdown = renderPlanMarkdown(plans);
  expect(markdown).toContain('| ~ update | `p` | policies |');
  expect(markdown).toContain(`-${before}+${after}`);
});

test('compares the policies of two versions', async () => {
  const { app, tools, file } = await start(`, policies: [${EXPIRATION}]`);
  await sync(tools, [file]);
  await change(app, EXPIRATION, NO_CHANGE);
  await sync(tools, [file]);
  const name = `${app.prefix}p`;
  expect(await diffVersions({ ...tools, region: 'us-east-1' }, [`${name}@1`, `${name}@2`])).toEqual(
    [
      {
        field: 'policies',
        before: formatPolicies([expiration(TIME)]),
        after: formatPolicies([noChange('20')]),
        isSecret: false,
      },
    ],
  );
});

test.runIf(isSandbox)('removes policies in SSM if the manifest names no tier', async () => {
  const app = await createScene(aws, '  - {name: p, type: String, value: v}\n');
  const { tools } = createTools(aws);
  await stored.put(`${app.prefix}p`, 'v', {
    Tier: 'Advanced',
    Policies: JSON.stringify([noChange('20')]),
  });
  await sync(tools, [app.path('app.yml')]);
  expect(await policiesOf(app)).toEqual([]);
});

test.runIf(isSandbox)('refuses an expiration in the past, with a hint', async () => {
  const { tools, file } = await start(`, policies: [${EXPIRATION.replace('2999', '2020')}]`);
  const { problems } = await failureOf(() => sync(tools, [file]));
  expect(problems[0]?.hint).toBe(
    'if an Expiration is in the past, give it a later Timestamp, or remove it',
  );
});
