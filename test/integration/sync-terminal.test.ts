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
  test('shows the plan and asks; writes nothing after a no', async () => {
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
    expect(shown).toContain('2 parameters written');
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y' });
  });

  test('takes Enter alone as a no', async () => {
    const app = await createApp();
    const { code } = await app.talk(['sync', 'app.yml'], ['[y/N] ', '\r']);
    expect(code).toBe(1);
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('asks once for writes and deletions, with both counts', async () => {
    const app = await createApp();
    await stored.put(`${app.prefix}old`, 'of no manifest');
    const question = 'Write 2 parameters and delete 1? [y/N] ';
    const declined = await app.talk(['sync', 'app.yml', '--prune'], [question, 'n\r']);
    expect(declined.code).toBe(1);
    expect(declined.shown.indexOf('- old')).toBeLessThan(declined.shown.indexOf(question));
    expect(await stored.values(app.prefix)).toEqual({ old: 'of no manifest' });

    const { code, shown } = await app.talk(['sync', 'app.yml', '--prune'], [question, 'yes\r']);
    expect(code).toBe(0);
    expect(shown).toContain('2 parameters written');
    expect(shown).toContain('1 parameter deleted');
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y' });
  });

  test('counts replacements with --replace', async () => {
    const app = await createApp();
    await app.write(
      'app.yml',
      (await app.text('app.yml')).replace('value: x', 'tier: Standard, value: x'),
    );
    await stored.put(`${app.prefix}x`, 'x', { Tier: 'Advanced' });
    await stored.put(`${app.prefix}old`, 'of no manifest');
    const question = 'Write 1 parameter, replace 1 and delete 1? [y/N] ';
    const args = ['sync', 'app.yml', '--prune', '--replace'];
    const { code, shown } = await app.talk(args, [question, 'n\r']);
    expect(code).toBe(1);
    expect(shown).toContain('1 to replace (delete and create again)');
  });

  test('does not ask if there is nothing to do', async () => {
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
    const question = 'Delete 2 parameters for good? [y/N] ';
    const declined = await app.talk(['nuke', 'app.yml'], [question, 'n\r']);
    expect(declined.code).toBe(1);
    expect(await stored.values(app.prefix)).toEqual({ x: 'x', y: 'y' });
    const { code } = await app.talk(['nuke', 'app.yml'], [question, 'y\r']);
    expect(code).toBe(0);
    expect(await stored.values(app.prefix)).toEqual({});
  });
});
