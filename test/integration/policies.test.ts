import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const POLICY = {
  Type: 'NoChangeNotification',
  Version: '1.0',
  Attributes: { After: '20', Unit: 'Days' },
};
const YAML =
  '{ Type: NoChangeNotification, Version: "1.0", Attributes: { After: "20", Unit: Days } }';

const item = (policies: string) =>
  `  - name: p\n    type: String\n    tier: Advanced\n${policies}    value: v\n`;

test('diff shows policies line by line', async () => {
  const app = await createScene(aws, item(''));
  await app.succeed(['sync', 'app.yml', '--yes']);
  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace(item(''), item(`    policies:\n      - ${YAML}\n`)));
  const { stdout } = await app.succeed(['diff', 'app.yml']);
  expect(stdout.toString()).toContain(`@@\n        +${JSON.stringify(POLICY)}\n`);
});

test('save writes policies, and removes them in the tier that has them', async () => {
  const app = await createScene(aws, item(`    policies:\n      - ${YAML}\n`));
  await app.succeed(['save', 'app.yml']);
  expect((await stored.metadata(app.prefix)).get('p')?.Policies).toHaveLength(1);
  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace(/ {4}policies:\n.*\n/, ''));
  await app.succeed(['save', 'app.yml']);
  const { stdout } = await app.succeed(['list', 'app.yml', '--json']);
  expect(JSON.parse(stdout.toString())).toMatchObject({ parameters: [{ policies: [] }] });
});

test('import reads policies', async () => {
  const app = await createScene(aws, item(''));
  await stored.put(`${app.prefix}p`, 'v', { Tier: 'Advanced', Policies: JSON.stringify([POLICY]) });
  await app.succeed(['import', app.prefix, '-o', 'new.yml']);
  expect(await app.text('new.yml')).toContain(`    policies:\n      - ${YAML}\n`);
  await app.succeed(['diff', 'new.yml', '--exit-code']);
  const history = await app.succeed(['history', `${app.prefix}p`, '--json']);
  expect(JSON.parse(history.stdout.toString())).toMatchObject({
    versions: [{ policies: [POLICY] }],
  });
});
