import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { expectClean } from './large.ts';

const aws = await useAws();
const { disturb } = controlOf(aws);
const stored = storedIn(aws);
const elsewhere = storedIn(aws, 'eu-west-1');

/** `list` changes its type, which SSM refuses; `other` changes its value. */
async function createApp() {
  const app = await createScene(
    aws,
    '  - {name: list, type: StringList, value: [a, b]}\n  - {name: other, type: String, value: new}\n',
  );
  await stored.put(`${app.prefix}list`, 'a');
  await stored.put(`${app.prefix}list`, 'a,b');
  await stored.put(`${app.prefix}other`, 'old');
  return app;
}

describe('a type that SSM does not change in place', () => {
  test('stays without --replace; the rest is written', async () => {
    const app = await createApp();
    await disturb({ typeChange: 'refuse' });
    const { code, stderr, stdout } = await app.coffer(['sync', 'app.yml', '--yes', '--json']);
    expect(code).toBe(4);
    expect(stderr).toContain(`cannot change the type of these in place: ${app.prefix}list`);
    expect(stderr).toContain('--replace');
    expect(JSON.parse(stdout.toString())).toMatchObject({
      done: [`${app.prefix}other`],
      failed: [{ name: `${app.prefix}list`, code: 'declined' }],
      left: [],
    });
    const parameters = await stored.parameters(app.prefix);
    expect(parameters.get('list')).toMatchObject({ Type: 'String', Version: 2 });
    expect(parameters.get('other')?.Value).toBe('new');
  });

  test('is replaced with --replace', async () => {
    const app = await createApp();
    await disturb({ typeChange: 'refuse', recreateDelayMs: 0 });
    await app.succeed(['sync', 'app.yml', '--yes', '--replace']);
    expect((await stored.parameters(app.prefix)).get('list')).toMatchObject({
      Type: 'StringList',
      Value: 'a,b',
      Version: 1,
    });
    await expectClean(app);
  });

  test('is replaced once SSM releases the name', async () => {
    const app = await createApp();
    await disturb({ typeChange: 'refuse', recreateDelayMs: 2500 });
    await app.succeed(['sync', 'app.yml', '--yes', '--replace']);
    expect((await stored.parameters(app.prefix)).get('list')?.Type).toBe('StringList');
    await expectClean(app);
  });

  test('leaves a parameter of the same name in another region alone', async () => {
    const app = await createApp();
    const name = `${app.prefix}list`;
    await app.write('eu.yml', (await app.text('app.yml')).replace('us-east-1', 'eu-west-1'));
    for (const value of ['a', 'a,b']) await elsewhere.put(name, value, { Type: 'StringList' });
    await disturb({ typeChange: 'refuse', recreateDelayMs: 0 });
    await app.succeed(['sync', 'app.yml', 'eu.yml', '--yes', '--replace']);
    expect((await stored.parameters(app.prefix)).get('list')?.Type).toBe('StringList');
    expect((await elsewhere.parameters(app.prefix)).get('list')?.Version).toBe(2);
  });
});

test('lowers a tier by a replacement', async () => {
  const app = await createScene(aws, '  - {name: x, type: String, tier: Standard, value: x}\n');
  await stored.put(`${app.prefix}x`, 'x', { Tier: 'Advanced' });
  await disturb({ recreateDelayMs: 0 });
  await app.succeed(['sync', 'app.yml', '--yes', '--replace']);
  expect((await stored.metadata(app.prefix)).get('x')?.Tier).toBe('Standard');
  await expectClean(app);
});
