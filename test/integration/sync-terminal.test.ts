import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { cofferInTerminal, HAS_PTY, type Dialogue } from '../support/terminal.ts';

const aws = await useAws();
const stored = storedIn(aws);

async function createApp() {
  const app = await createScene(
    aws,
    '  - {name: x, type: String, value: x}\n  - {name: y, type: String, value: y}\n',
  );
  const talk = (args: readonly string[], ...turns: Dialogue) =>
    cofferInTerminal(args, turns, { cwd: app.folder, env: aws.env });
  return { ...app, talk };
}

describe.runIf(HAS_PTY)('sync in a terminal', () => {
  test('shows the plan and asks; after a no nothing was written', async () => {
    const app = await createApp();
    const { code, shown } = await app.talk(
      ['sync', 'app.yml'],
      ['Write 2 parameters? [y/N] ', 'n\r'],
    );
    expect(code).toBe(1);
    expect(shown.indexOf('2 to create')).toBeLessThan(shown.indexOf('Write 2 parameters?'));
    expect(shown).toContain('nothing was done');
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('writes after a yes', async () => {
    const app = await createApp();
    const { code, shown } = await app.talk(
      ['sync', 'app.yml'],
      ['Write 2 parameters? [y/N] ', 'y\r'],
    );
    expect(code).toBe(0);
    expect(shown).toContain('2 parameters are in step now');
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y' });
  });

  test('takes the mere Enter for a no', async () => {
    const app = await createApp();
    const { code } = await app.talk(['sync', 'app.yml'], ['[y/N] ', '\r']);
    expect(code).toBe(1);
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('asks for deletions with a question of their own', async () => {
    const app = await createApp();
    await stored.put(`${app.prefix}old`, 'of no manifest');
    const declined = await app.talk(
      ['sync', 'app.yml', '--prune'],
      ['Write 2 parameters? [y/N] ', 'y\r'],
      ['Delete 1 parameter found in no manifest? [y/N] ', 'n\r'],
    );
    expect(declined.code).toBe(4);
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y', old: 'of no manifest' });

    const { code } = await app.talk(
      ['sync', 'app.yml', '--prune'],
      ['Delete 1 parameter found in no manifest? [y/N] ', 'yes\r'],
    );
    expect(code).toBe(0);
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y' });
  });

  test('asks nothing when there is nothing to do', async () => {
    const app = await createApp();
    await app.succeed(['sync', 'app.yml', '--yes']);
    const { code, shown } = await app.talk(['sync', 'app.yml', '--prune']);
    expect(code).toBe(0);
    expect(shown).not.toContain('[y/N]');
  });
});

describe.runIf(HAS_PTY)('nuke in a terminal', () => {
  test('deletes after a yes, and nothing after a no', async () => {
    const app = await createApp();
    await app.succeed(['sync', 'app.yml', '--yes']);
    const question = 'Delete 2 things for good? [y/N] ';
    const declined = await app.talk(['nuke', 'app.yml'], [question, 'n\r']);
    expect(declined.code).toBe(1);
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y' });
    const { code } = await app.talk(['nuke', 'app.yml'], [question, 'y\r']);
    expect(code).toBe(0);
    expect(await stored.values(app.prefix)).toEqual({});
  });
});
