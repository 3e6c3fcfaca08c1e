import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { CLI } from '../support/cli.ts';
import { HAS_PTY, runInTerminal } from '../support/terminal.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const HAS_VIM = spawnSync('vim', ['--version']).status === 0;
/** An edit and a way out of it, as they are typed. */
const typed = (from: string, to: string) => `:%s/${from}/${to}/\r:wq\r`;

test('starts vim so that it leaves no traces, and other editors without such flags', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const argumentsOf = async (editor: string, version: string) => {
    const [program = ''] = editor.split(' ');
    await app.write(
      `bin/${program}`,
      `#!/bin/sh\nif [ "$1" = --version ]; then echo '${version}'; else echo "$*" > seen; fi\n`,
    );
    await chmod(app.path(`bin/${program}`), 0o755);
    const env = { VISUAL: editor, EDITOR: 'false', PATH: `${app.path('bin')}:/usr/bin:/bin` };
    await app.succeed(['edit', 'app.yml'], { env });
    return (await app.text('seen')).replace(/\S+\/app\.yml\n$/, 'FILE');
  };
  const quiet = '-n -i NONE -c set noswapfile nobackup nowritebackup noundofile viminfo= FILE';
  expect(await argumentsOf('vim', '')).toBe(quiet);
  expect(await argumentsOf('nvim -R', '')).toBe(`-R ${quiet}`);
  expect(await argumentsOf('vim.basic', '')).toBe(quiet);
  expect(await argumentsOf('editor', 'VIM - Vi IMproved 9.0')).toBe(quiet);
  expect(await argumentsOf('vi', 'VIM - Vi IMproved 9.0')).toBe(quiet);
  expect(await argumentsOf('vi', 'Version 1.81 of nvi')).toBe('FILE');
  expect(await argumentsOf("my-editor --wait 'two words'", '')).toBe('--wait two words FILE');
});

describe.runIf(HAS_PTY && HAS_VIM)('in vim,', () => {
  test('an invalid text can be edited again, and no swap, backup, undo or history stays', async () => {
    const canary = createCanary();
    const app = await createScene(aws, secret('a', canary), {
      files: {
        '.vimrc': `set directory=~/traces backup backupdir=~/traces undofile undodir=~/traces
set viminfo='100,n~/traces/info\n`,
        'traces/.keep': '',
      },
    });
    await app.succeed(['encrypt', 'app.yml']);
    const { code, shown, isSane } = await runInTerminal(
      [process.execPath, CLI, 'edit', 'app.yml'],
      [
        [canary, typed('parameters:', 'parameters')],
        ['(e)dit again or (d)iscard? ', 'what?\r'],
        ['(e)dit again or (d)iscard? ', 'e\r'],
        [canary, `:%s/parameters/&:/|${typed(canary, `${canary}2`).slice(1)}`],
      ],
      { cwd: app.folder, env: { ...aws.env, HOME: app.folder, TERM: 'xterm', EDITOR: 'vim' } },
    );
    expect(shown).toContain('changed a');
    expect([code, isSane]).toEqual([0, true]);
    expect(await app.value('a')).toBe(`${canary}2`);
    expect(await app.files()).toEqual(['.vimrc', 'app.yml', 'traces/.keep']);
    expectHidden(canary, { 'app.yml': await app.text('app.yml') });
  });

  test('an invalid text can be discarded', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const before = await app.text('app.yml');
    const { code, shown } = await runInTerminal(
      [process.execPath, CLI, 'edit', 'app.yml'],
      [
        ['one', typed('parameters:', 'parameters')],
        ['(e)dit again or (d)iscard? ', 'd\r'],
      ],
      { cwd: app.folder, env: { ...aws.env, HOME: app.folder, TERM: 'xterm', EDITOR: 'vim' } },
    );
    expect(shown).toContain('edit discarded; app.yml is unchanged');
    expect(code).toBe(1);
    expect(await app.text('app.yml')).toBe(before);
  });
});
