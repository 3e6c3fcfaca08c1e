import { chmod } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLI, run } from '../support/cli.ts';
import { whyNot } from '../support/programs.ts';
import { HAS_PTY, runInTerminal } from '../support/terminal.ts';
import { createWorkspace } from '../support/workspace.ts';

const MANIFEST =
  'parameters:\n  - {name: api_token, value: x}\n  - {name: tls/keystore, value: y}\n';

const RC = `PS1='READY> '; source <(coffer completion`;

/** A folder where coffer is on PATH, with the start-up files of shells. */
async function createHome() {
  const home = await createWorkspace({
    'bin/coffer': `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`,
    'my file.yml': MANIFEST,
    'a:b.yml': MANIFEST,
    'f$(touch${IFS}PWN)`touch PWN`.yml': MANIFEST,
    '.bashrc': `${RC} bash)\n`,
    '.zshrc': `autoload -U compinit; compinit -D; ${RC} zsh)\n`,
  });
  await chmod(home.path('bin/coffer'), 0o755);
  const PATH = [home.path('bin'), process.env['PATH']].join(delimiter);
  const env = { PATH, HOME: home.folder, ZDOTDIR: home.folder, TERM: 'dumb' };
  return { cwd: home.folder, env };
}

/** Each line as typed, with a Tab at its end, and the line after completion. */
const TYPED = [
  ['coffer encr', 'coffer encrypt '],
  ['coffer diff my', 'coffer diff my\\ file.yml '],
  ['coffer diff "my', 'coffer diff "my file.yml" '],
  ['coffer diff a:', 'coffer diff a:b.yml '],
  ['coffer diff a:b.yml --format=mark', '--format=markdown '],
  ['coffer set a:b.yml tl', 'coffer set a:b.yml tls/keystore '],
  ['coffer find x f', 'coffer find x f\\$\\(touch\\$\\{IFS'],
] as const;

describe.each([
  ['bash', ['bash', '-i']],
  ['zsh', ['zsh', '-d', '-i']],
])(`%s${HAS_PTY ? '' : ' (skipped: no terminal can be made here)'}`, (shell, command) => {
  test.skipIf(!HAS_PTY || whyNot(shell) !== '')(`Tab completes${whyNot(shell)}`, async () => {
    const home = await createHome();
    // Ctrl-A Ctrl-K empties the line.
    let prompt = 'READY> ';
    const dialogue = TYPED.map(([line, completed]) => {
      const turn = [prompt, `\u0001\u000b${line}\t`] as const;
      prompt = completed;
      return turn;
    });
    const leave = [prompt, '\u0001\u000bexit\r'] as const;
    const { code, shown } = await runInTerminal(command, [...dialogue, leave], home);
    expect(code, shown).toBe(0);
    for (const [, completed] of TYPED) expect(shown).toContain(completed);
  });
});

test.skipIf(whyNot('fish') !== '')(
  `fish offers words and what they mean${whyNot('fish')}`,
  async () => {
    const home = await createHome();
    const lines = [
      'coffer encr',
      'coffer diff my',
      'coffer diff a:b.yml --format=mark',
      'coffer set a:b.yml tl',
    ];
    const asked = lines.map((line) => `complete -C '${line}'`).join('\n');
    const script = `coffer completion fish | source\n${asked}\n`;
    const { code, stdout, stderr } = await run('fish', ['--no-config', '-c', script], home);
    expect(code, stderr).toBe(0);
    expect(stdout.toString().split('\n').filter(Boolean)).toEqual([
      expect.stringMatching(/^encrypt\tEncrypt /),
      'my file.yml',
      '--format=markdown',
      'tls/keystore',
    ]);
  },
);

test('an old bash, which cannot quote paths itself, gets them quoted', async () => {
  const home = await createHome();
  const script = `compopt() { return 1; }; eval "$(coffer completion bash)"
COMP_LINE='coffer find x f' COMP_POINT=15; _coffer coffer f x; eval "printf '%s' $COMPREPLY"`;
  const { stdout } = await run('bash', ['-c', script], home);
  expect(stdout.toString()).toBe('f$(touch${IFS}PWN)`touch PWN`.yml');
});
