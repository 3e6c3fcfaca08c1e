import { chmod } from 'node:fs/promises';
import { CLI, run } from '../cli.ts';
import type { Workspace } from '../workspace.ts';
import { readPage, type Step } from './page.ts';
import { HOME_FILES, PROGRAMS } from './programs.ts';
import { inOrder, isShown, isShownJson, normalise } from './shown.ts';

/** A step, and what its reader sees in the terminal. */
export interface Ran extends Step {
  printed: string;
  /** Its exit code, and those of the calls of coffer in it that failed. */
  failures: readonly string[];
}

/** What a page has, and what the reader of the tests has in its place. */
const REPLACED: Readonly<Record<string, string>> = {
  '/dev/shm': '.',
  // A version that only the reader's AWS has.
  'c43e66cb-d0fe-44c5-9b7e-d450441a04be': 'AWSCURRENT',
};

/** Ends the output of a step, before its exit code. */
const END = '\u001e';

/** What differences, problems and partial work end with; anything else that is not 0 is a failure. */
const EXPECTED = /^[034] /;

/** Runs all steps in one bash; the page cannot tell it from one terminal. */
const DRIVER = `exec > "$ROOT/output" 2>&1
__code=0
for __step in "$ROOT"/steps/*; do
  case $__step in *.shown) export CONSENT= ;; *) export CONSENT=--yes ;; esac
  : > "$ROOT/calls"
  (exit "$__code")
  . "$__step" < /dev/null
  __code=$?
  printf '${END}%s\\n%s${END}' "$__code" "$(cat "$ROOT/calls")"
done
`;

/** The folder and the home of somebody who reads a page, for `runPage`. */
export async function createReader(root: Workspace): Promise<void> {
  for (const [name, text] of Object.entries(HOME_FILES)) await root.write(name, text);
  for (const [name, script] of Object.entries(PROGRAMS)) {
    await root.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    await chmod(root.path(`bin/${name}`), 0o755);
  }
  await root.write('driver.sh', DRIVER);
}

/**
 * Runs what a page has its reader do, in `app` of a reader's folder.
 *
 * @param aws the folder of a sandbox's state; without it, one with alias/superman and superman-secrets
 */
export async function runPage(root: Workspace, text: string, aws?: string): Promise<Ran[]> {
  const { steps } = readPage(text);
  for (const [i, { script, shown }] of steps.entries()) {
    const name = `steps/${String(i).padStart(3, '0')}${shown === undefined ? '' : '.shown'}`;
    await root.write(
      name,
      Object.entries(REPLACED).reduce((text, [a, b]) => text.replaceAll(a, b), script),
    );
  }
  await root.write('app/.keep', '');
  const state =
    aws === undefined
      ? ['--key', 'alias/superman', '--bucket', 'superman-secrets']
      : ['--folder', aws];
  const { code, stderr } = await run(
    process.execPath,
    [CLI, 'sandbox', ...state, '--', 'bash', root.path('driver.sh')],
    { cwd: root.path('app'), env: environmentOf(root) },
  );
  if (code !== 0) throw new Error(`the page's bash ended with ${code}: ${stderr}`);
  const parts = (await root.text('output')).split(END);
  return steps.map((step, i) => {
    const [code, ...calls] = (parts[2 * i + 1] ?? 'not run').split('\n');
    const failures = [`${code} at the end`, ...calls].filter(
      (call) => call !== '' && !EXPECTED.test(call),
    );
    const printed = (parts[2 * i] ?? '').replaceAll(root.path('app'), '/home/me/app');
    return { ...step, printed, failures };
  });
}

export function environmentOf(root: Workspace): Record<string, string> {
  return {
    ROOT: root.folder,
    HOME: root.folder,
    PATH: `${root.path('bin')}:${process.env['PATH']}`,
    NODE: process.execPath,
    CLI,
  };
}

/** Characters of what is printed that help to find out why it is not what is shown. */
const LONGEST = 5_000;

/** What is wrong with a page, for people: with the lines of the page. */
export function faultsOf(page: string, ran: readonly Ran[]): string[] {
  return ran.flatMap(({ line, script, shown, isJson, printed, failures }) => {
    const place = `${page}:${line}: ${script.trim()}`;
    if (shown !== undefined && !(isJson ? isShownJson : isShown)(shown, printed)) {
      const readable = (text: string) => normalise(isJson ? inOrder(text) : text).slice(0, LONGEST);
      return [`${place}\n--- shown\n${readable(shown)}\n--- printed\n${readable(printed)}\n`];
    }
    // A failure that a page shows is what the page is about.
    if (failures.length === 0 || /error|failed/.test(shown ?? '')) return [];
    return [
      `${place}\n--- failed\n${failures.join('\n')}\n--- printed\n${printed.slice(0, LONGEST)}\n`,
    ];
  });
}
