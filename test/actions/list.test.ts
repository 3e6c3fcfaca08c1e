import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { list } from '../../src/actions/list.ts';
import { save } from '../../src/actions/save.ts';
import { dayOf } from '../../src/manifest/age.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createSecretScene } from '../support/secrets-manager.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);

test('list returns names, sizes and pointers under a path, but no value', async () => {
  const app = await createScene(
    aws,
    `${secret('a', 'secret')}${plain('b', 'two')}  - {name: blob, type: SecureString, file: blob.bin}\n`,
    { files: { 'blob.bin': randomBytes(5000) } },
  );
  const file = app.path('app.yml');
  const { tools } = createTools(aws, { region: REGION });
  await encrypt(tools, [file]);
  await save(tools, [file]);
  await stored.put(`${app.prefix}foreign`, 'of no manifest');
  const [key = ''] = await stored.objects(app.prefix);

  const parameters = await list(tools, [file]);
  const shared = { region: REGION, version: 1, tier: 'Standard', dataType: 'text' };
  expect(parameters).toEqual([
    expect.objectContaining({ ...shared, name: `${app.prefix}a`, type: 'SecureString', size: 6 }),
    expect.objectContaining({ ...shared, name: `${app.prefix}b`, type: 'String', size: 3 }),
    expect.objectContaining({
      ...shared,
      name: `${app.prefix}blob`,
      type: 'String',
      size: 5000,
      pointer: `s3://${aws.bucket}/${key}`,
    }),
    expect.objectContaining({ ...shared, name: `${app.prefix}foreign`, size: 14 }),
  ]);
  expect(JSON.stringify(parameters)).not.toContain('secret"');
  expect(await list(tools, [app.prefix, file]), 'each is listed once').toEqual(parameters);
});

test('a path without parameters gives an empty list; without its slash it is a missing file', async () => {
  const { tools } = createTools(aws, { region: REGION });
  const path = `/${aws.unique('none')}`;
  expect(await list(tools, [`${path}/`])).toEqual([]);
  const error = await failureOf(() => list(tools, [path]));
  expect(error).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining(`${path}/`) as string,
  });
});

test('list says when the secrets of a manifest were changed and are due', async () => {
  const app = await createScene(
    aws,
    `${plain('open', 'x')}  - {name: soon, type: SecureString, max_age: 10d, value: x}
  - {name: late, type: SecureString, max_age: 10d, value: x}
  - {name: fresh, type: SecureString, changed: 2026-11-27, value: x}
  - {name: unknown, type: SecureString, max_age: 10d, value: x}
`,
  );
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  const days: Record<string, string> = { soon: dayOf(new Date()), late: '2020-01-01' };
  const text = (await app.text('app.yml')).replace(/(name: unknown, .*?), changed: [^,}]*/, '$1');
  await app.write(
    'app.yml',
    text.replaceAll(
      /(name: (soon|late), .*? changed: )[^,}]*/g,
      (_, before: string, name: string) => `${before}${days[name]}`,
    ),
  );
  const parameters = await list(createTools(aws).tools, [app.path('app.yml')]);
  const ages = Object.fromEntries(
    parameters.map(({ name, age }) => [name.slice(app.prefix.length), age]),
  );
  expect(ages).toMatchObject({
    open: undefined,
    soon: { maxAge: '10d', state: 'soon', days: 0, left: 10 },
    late: { due: '2020-01-11', overdue: true },
    fresh: { state: 'ok', due: undefined },
    unknown: { state: 'unknown' },
  });

  const { stdout } = await app.succeed(['list', 'app.yml']);
  const table = stdout.toString();
  expect(table).toMatch(/^NAME +TYPE .* MODIFIED +CHANGED +DUE +VALUE IN$/m);
  expect(table).toMatch(/late .* 2020-01-01 +2020-01-11 \(overdue\) +SSM$/m);
  expect(table).toMatch(/soon .* \d{4}-\d\d-\d\d \(soon\) +SSM$/m);
  expect(table).toMatch(/unknown .* \? +\? +SSM$/m);
  const json = await app.succeed(['list', 'app.yml', '--json']);
  expectReportOf('list', JSON.parse(json.stdout.toString()));
});

const aged = (name: string, maxAge: string) =>
  `  - {name: ${name}, type: SecureString, max_age: ${maxAge}, value: x}\n`;

test('one secret that holds several values has the age of the one that is due first', async () => {
  const ages: [others: string, state: string][] = [
    [aged('fresh', '365d'), 'ok'],
    [aged('next', '10d'), 'soon'],
    [aged('unknown', '300d'), 'unknown'],
    [aged('late', '10d'), 'overdue'],
  ];
  for (const count of ages.keys()) {
    const parameters = ages.slice(0, count + 1).map(([text]) => text);
    const app = await createSecretScene(aws, secret('ageless', 'x') + parameters.join(''));
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    const text = await app.text('app.yml');
    await app.write(
      'app.yml',
      text
        .replace(/(name: unknown, .*?), changed: [^,}]*/, '$1')
        .replace(/(?<=name: late, .*? changed: )[^,}]*/, '2020-01-01'),
    );
    const [one] = await list(createTools(aws).tools, [app.path('app.yml')]);
    expect(one).toMatchObject({ name: app.secret, age: { state: ages[count]?.[1] } });
  }
});
