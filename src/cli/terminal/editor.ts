import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CofferError } from '../../errors.ts';
import type { Environment } from '../environment.ts';
import { makePrivateFolder } from '../../files/private-folder.ts';

const FATAL = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly NodeJS.Signals[];

/**
 * No swap, backup, undo or history file elsewhere. What a vimrc says would win over `--cmd`; `-c`
 * has the last word.
 */
const VIM_FLAGS = "-n -i NONE -c 'set noswapfile nobackup nowritebackup noundofile viminfo='";

/**
 * What a person makes of `text` in an editor, where it is a file called `name`. The file is there
 * no longer than the editor runs, however that ends; whatever the editor left beside it goes too.
 * @throws CofferError when the editor cannot be run or gives up.
 */
export async function editText(
  text: Buffer,
  name: string,
  environment: Environment,
): Promise<Buffer> {
  const editor = findEditor(environment);
  const folder = await makePrivateFolder(environment);
  const remove = () => rmSync(folder, { recursive: true, force: true });
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
  // The terminal sends Ctrl-C to both; the editor decides what becomes of it.
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

/** Without a terminal, vi would wait for ever, and show every secret to a log. */
function findEditor(environment: Environment): string {
  const chosen = environment['VISUAL'] || environment['EDITOR'];
  if (chosen) return chosen;
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY && (stdout.isTTY || stderr.isTTY)) return 'vi';
  throw new CofferError('usage', 'there is no terminal for an editor', {
    hint: 'coffer set changes single values; VISUAL or EDITOR may name a program that needs none',
  });
}

/** Runs the editor by the shell, as git does, so that its command may have arguments and quotes. */
async function runEditor(command: string, file: string, aborted: AbortSignal): Promise<void> {
  const flags = isVim(command) ? ` ${VIM_FLAGS}` : '';
  // In place of the shell, a signal reaches the editor itself.
  const exec = /[;&|()<>\n]|^\s*\w+=/.test(command) ? '' : 'exec ';
  const line = `${exec}${command}${flags} "$@"`;
  const child = spawn('/bin/sh', ['-c', line, command, file], {
    // What is not a terminal takes coffer's data, and nobody else's.
    stdio: ['inherit', process.stdout.isTTY ? 'inherit' : process.stderr, 'inherit'],
  });
  aborted.addEventListener('abort', () => child.kill());
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw gaveUp(command, code, signal);
}

function refuseMissing(cause: unknown): never {
  throw new CofferError('declined', 'the editor left no file: nothing was changed', { cause });
}

function gaveUp(command: string, code: number | null, signal: NodeJS.Signals | null): CofferError {
  if (code === 126 || code === 127) {
    return new CofferError('usage', `the editor "${command}" cannot be run`, {
      hint: 'VISUAL or EDITOR names another, such as EDITOR=nano',
    });
  }
  const how = signal ? `was ended by ${signal}` : `gave up (exit status ${code})`;
  return new CofferError('declined', `the editor ${how}: nothing was changed`);
}

/** Some names may be those of vim, or of what does not know vim's flags: it tells when asked. */
function isVim(command: string): boolean {
  const [, program = ''] = /^\s*["']?([^\s"']+)/.exec(command) ?? [];
  const name = basename(program);
  // Debian has vim.basic and others, and `editor` for whichever editor is there.
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
