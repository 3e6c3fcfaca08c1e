import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { cofferProcess } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const BROKEN = `path: /app/
region: us-east-1
parameters:
  - {name: token, type: SecureString, value: plain}
  - {name: token, type: Strin, value: plain}
`;

const ESCAPE = '\u001b';

/** Runs the command line with streams that are terminals or files. */
async function run(
  args: readonly string[],
  isTerminal: { stdout: boolean; stderr: boolean },
  env: Readonly<Record<string, string>> = {},
) {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _, done) {
          said[name] += chunk.toString('utf8');
          done();
        },
      }),
      // Node's streams say nothing where they are no terminal.
      { isTTY: isTerminal[name] || undefined },
    );
  const stdin = Object.assign(Readable.from([]), { isTTY: false });
  await main(args, env, { stdin, stdout: stream('stdout'), stderr: stream('stderr') });
  return said;
}

test.each([
  [['help']],
  [['help', '--all']],
  [['help', 'sync']],
  [['check', 'FILE']],
  [['diff', 'FILE']],
  [['sync', '--bogus']],
])('%j has colours on a terminal, and never in a file', async (words) => {
  const app = await createWorkspace({ 'app.yml': BROKEN });
  const args = words.map((word) => (word === 'FILE' ? app.path('app.yml') : word));
  const both = await run(args, { stdout: true, stderr: true });
  expect(both.stdout + both.stderr).toContain(ESCAPE);
  expect((await run(args, { stdout: false, stderr: true })).stdout).not.toContain(ESCAPE);
  expect((await run(args, { stdout: true, stderr: false })).stderr).not.toContain(ESCAPE);
  const wishes = [
    await run([...args, '--no-color'], { stdout: true, stderr: true }),
    await run(args, { stdout: true, stderr: true }, { NO_COLOR: '1' }),
  ];
  for (const { stdout, stderr } of wishes) expect(stdout + stderr).not.toContain(ESCAPE);
});

test.each([[['check', 'app.yml']], [['exec', 'none.yml', '--', 'ls', '--color']]])(
  '%j has no colours in the log of a CI job',
  async (args) => {
    const app = await createWorkspace({ 'app.yml': BROKEN });
    const env = { CI: 'true', FORCE_COLOR: '1', TERM: 'xterm-256color' };
    const { code, stdout, stderr } = await cofferProcess(args, { cwd: app.folder, env });
    expect(code).not.toBe(0);
    expect(stdout.toString() + stderr).not.toContain(ESCAPE);
  },
);
