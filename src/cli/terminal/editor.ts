import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CofferError, type Problem } from '../../errors.ts';
import type { Environment } from '../environment.ts';
import { makeEditorFolder, removePrivateFolder } from '../../files/private-folder.ts';

const FATAL = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly NodeJS.Signals[];

/**
 * Turns off swap, backup, undo and history files elsewhere. A vimrc would override `--cmd`; `-c`
 * runs after it.
 */
const VIM_FLAGS = "-n -i NONE -c 'set noswapfile nobackup nowritebackup noundofile viminfo='";

/**
 * Opens `text` in an editor, in a file called `name`, and returns what the person made of it. The
 * file, and whatever the editor left beside it, is gone when the editor ends, however it ends. If
 * coffer itself gets SIGKILL, the next edit removes them.
 * @param warn told if the file cannot be removed
 * @throws CofferError when the editor cannot run or fails
 */
export async function editText(
  text: Buffer,
  name: string,
  environment: Environment,
  warn: (problem: Problem) => void,
): Promise<Buffer> {
  const editor = findEditor(environment);
  const folder = await makeEditorFolder(environment);
  const remove = () => removePrivateFolder(folder, warn);
  const guard = new AbortController();
  const end = (signal: NodeJS.Signals) => {
    guard.abort();
    remove();
    unlisten();
    process.kill(process.pid, signal);
  };
  const unlisten = () => {
    for (const signal of FATAL) process.off(signal, end);
    process.off('SIGINT', ignore);
  };
  for (const signal of FATAL) process.on(signal, end);
  // The terminal sends Ctrl-C to both; the editor decides what it does.
  process.on('SIGINT', ignore);
  try {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(editor, file, guard.signal);
    return await readFile(file).catch(refuseMissing);
  } finally {
    remove();
    unlisten();
  }
}

/** Without a terminal, vi would wait forever, and could write every secret to a log. */
function findEditor(environment: Environment): string {
  const chosen = environment['VISUAL'] || environment['EDITOR'];
  if (chosen) return chosen;
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY && (stdout.isTTY || stderr.isTTY)) return 'vi';
  throw new CofferError('usage', 'cannot open an editor: there is no terminal', {
    hint: 'change single values with coffer set, or set VISUAL or EDITOR to a program that needs no terminal',
  });
}

/** Runs the editor in a shell, as git does, so that the command may have arguments and quotes. */
async function runEditor(command: string, file: string, aborted: AbortSignal): Promise<void> {
  const flags = isVim(command) ? ` ${VIM_FLAGS}` : '';
  // With exec, a signal reaches the editor and not only the shell.
  const exec = /[;&|()<>\n]|^\s*\w+=/.test(command) ? '' : 'exec ';
  const line = `${exec}${command}${flags} "$@"`;
  const child = spawn('/bin/sh', ['-c', line, command, file], {
    // A stdout that is not a terminal is for coffer's data only.
    stdio: ['inherit', process.stdout.isTTY ? 'inherit' : process.stderr, 'inherit'],
  });
  aborted.addEventListener('abort', () => child.kill());
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw gaveUp(command, code, signal);
}

function refuseMissing(cause: unknown): never {
  throw new CofferError('declined', 'the editor left no file: nothing changed', { cause });
}

function gaveUp(command: string, code: number | null, signal: NodeJS.Signals | null): CofferError {
  if (code === 126 || code === 127) {
    return new CofferError('usage', `cannot run the editor "${command}"`, {
      hint: 'name another in VISUAL or EDITOR, such as EDITOR=nano',
    });
  }
  const how = signal ? `was ended by ${signal}` : `failed (exit status ${code})`;
  return new CofferError('declined', `the editor ${how}: nothing changed`);
}

/** Some names may belong to vim or to an editor without vim's flags: --version tells. */
function isVim(command: string): boolean {
  const [, program = ''] = /^\s*["']?([^\s"']+)/.exec(command) ?? [];
  const name = basename(program);
  // Debian has vim.basic and others, and `editor` for any editor.
  if (/^[gn]?vim(\.\w+)?$/.test(name)) return true;
  if (name !== 'vi' && name !== 'editor') return false;
  const { stdout } = spawnSync(program, ['--version'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: 2000,
  });
  return stdout?.includes('Vi IMproved') ?? false;
}

function ignore(): void {}
