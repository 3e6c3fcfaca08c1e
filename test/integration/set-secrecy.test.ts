import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { CLI } from '../support/cli.ts';
import { HAS_PTY, runInTerminal, type Dialogue } from '../support/terminal.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';

const aws = await useAws();

/** The content of all files in a folder right now. */
async function contents(folder: string): Promise<Record<string, Buffer>> {
  // A folder may be gone too.
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const read = files.map(async (file) => [file, await readFile(file)] as const);
  // A temporary file may be gone by now.
  const done = await Promise.allSettled(read);
  return Object.fromEntries(done.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

describe.runIf(existsSync('/proc/self/cmdline'))('while set runs, the secret is', () => {
  test.each([
    ['short', 1],
    ['long, sealed beside the manifest', 3000],
  ])('in no argument, no environment and no file: %s', async (_, times) => {
    const app = await createScene(aws, secret('a', 'one'));
    const canary = createCanary();
    await mkdir(app.path('tmp'));
    const child = spawn(process.execPath, [CLI, 'set', 'app.yml', 'a', '--debug'], {
      cwd: app.folder,
      env: { ...aws.env, PATH: process.env['PATH'], HOME: app.folder, TMPDIR: app.path('tmp') },
      stdio: 'pipe',
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    const closed = once(child, 'close');
    child.stdin.write(canary.repeat(times));
    const running = `/proc/${child.pid}`;
    expectHidden(canary, {
      arguments: await readFile(`${running}/cmdline`),
      environment: await readFile(`${running}/environ`),
    });
    child.stdin.end();
    let looks = 0;
    while (child.exitCode === null) {
      expectHidden(canary, { nothing: '', ...(await contents(app.folder)) });
      looks += 1;
    }
    await closed;
    expect(looks).toBeGreaterThan(2);
    expect(child.exitCode).toBe(0);
    const files = await contents(app.folder);
    expectHidden(canary, { ...files, output: Buffer.concat(output) });
    expect(await app.value('a')).toBe(canary.repeat(times));
    expect(await readdir(app.path('tmp'))).toEqual([]);
  });
});

function talk(app: Scene, dialogue: Dialogue) {
  return runInTerminal([process.execPath, CLI, 'set', 'app.yml', 'n'], dialogue, {
    cwd: app.folder,
    env: { ...aws.env, HOME: app.folder },
  });
}

describe.runIf(HAS_PTY)('at a terminal,', () => {
  test('asks for the value twice, and never shows it', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const canary = createCanary();
    const { code, shown, isSane } = await talk(app, [
      ['Value of n: ', `${canary}\r`],
      ['again: ', `${canary}\r`],
    ]);
    expect(shown).toContain('added n');
    expect(code).toBe(0);
    expect(isSane).toBe(true);
    expectHidden(canary, { shown, ...(await contents(app.folder)) });
    expect(await app.value('n')).toBe(canary);
  });

  test('mistakes can be corrected, and any character typed', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const { code, isSane } = await talk(app, [
      ['Value of n: ', 'grüße "x" 😀!!\u007F\u007F\r'],
      ['again: ', 'oops\u0015grüße "x" 😀\r'],
    ]);
    expect(code).toBe(0);
    expect(isSane).toBe(true);
    expect(await app.value('n')).toBe('grüße "x" 😀');
  });

  test.each<[string, Dialogue, number, RegExp]>([
    [
      'two values that differ',
      [
        ['Value of n: ', 'canary-1\r'],
        ['again: ', 'canary-2\r'],
      ],
      2,
      /the two values differ/,
    ],
    ['no value', [['Value of n: ', '\r']], 2, /the value of n is empty/],
    ['Ctrl-C', [['Value of n: ', 'canary\u0003']], 130, /interrupted before it finished/],
    [
      'Ctrl-C at the second prompt',
      [
        ['Value of n: ', 'canary\r'],
        ['again: ', '\u0003'],
      ],
      130,
      /interrupted before it finished/,
    ],
    ['Ctrl-D', [['Value of n: ', '\u0004']], 1, /nothing was done/],
  ])('%s ends it, and restores the file and the terminal', async (_, dialogue, exit, message) => {
    const app = await createScene(aws, secret('a', 'one'));
    const before = await app.text('app.yml');
    const { code, shown, isSane } = await talk(app, dialogue);
    expect(shown).toMatch(message);
    expect(shown).not.toContain('canary');
    expect(code).toBe(exit);
    expect(isSane).toBe(true);
    expect(await app.text('app.yml')).toBe(before);
  });
});
