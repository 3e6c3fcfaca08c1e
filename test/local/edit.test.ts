import { chmod, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLI, coffer } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

test('without a terminal, runs only an editor that is set explicitly', async () => {
  const { folder, files } = await createWorkspace({ vi: '#!/bin/sh\ntouch opened\n' });
  await chmod(join(folder, 'vi'), 0o755);
  const PATH = `${folder}:${process.env['PATH']}`;
  const { code, stderr } = await coffer(['edit', 'new.yml'], { cwd: folder, env: { PATH } });
  expect(stderr).toMatch(/^coffer: error: cannot open an editor: there is no terminal\n {2}hint: /);
  expect(code).toBe(2);
  expect(await files()).toEqual(['vi']);
});

test('refuses a dangling link before the editor starts', async () => {
  const { folder, path, files } = await createWorkspace({});
  await symlink('nowhere.yml', path('new.yml'));
  const env = { EDITOR: 'touch opened;' };
  const { code, stderr } = await coffer(['edit', 'new.yml'], { cwd: folder, env });
  expect(stderr).toContain('cannot read new.yml: file or folder not found');
  expect(code).toBe(2);
  expect(await files()).not.toContain('opened');
});

/** Elsewhere nothing says whether a process runs. */
const testOnLinux = test.skipIf(process.platform !== 'linux');

testOnLinux('an edit removes what the editor of a killed one had, and no other', async () => {
  const { folder, files } = await createWorkspace({});
  const memory = await mkdtemp('/dev/shm/coffer-test-');
  const edit = (EDITOR: string) =>
    coffer(['edit', 'new.yml'], { cwd: folder, env: { EDITOR, XDG_RUNTIME_DIR: memory } });
  try {
    await expect(edit('sh -c "kill -KILL $PPID"')).rejects.toThrow('SIGKILL');
    expect(await readdir(memory)).toHaveLength(1);
    // While the first one's editor is open, a second edit begins and ends.
    await edit(
      `sh -c 'EDITOR=true "${process.execPath}" "${CLI}" edit b.yml; test -e "$0" && touch kept'`,
    );
    expect(await files()).toEqual(['kept']);
    expect(await readdir(memory)).toEqual([]);
  } finally {
    await rm(memory, { recursive: true });
  }
});
