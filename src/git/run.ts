import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CofferError } from '../errors.ts';

/**
 * Keeps git from running what a branch brings along. A committed folder can look like a bare
 * repository, and its configuration can name commands.
 */
export const SAFE: readonly string[] = [
  'safe.bareRepository=explicit',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
].flatMap((setting) => ['-c', setting]);

/** These say which repository git means. Git sets them for the hooks that it runs. */
const OF_HOOKS = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'];

/** How git answered; where it found nothing, there is only an exit code. */
export interface Answer {
  code: number;
  stdout: Buffer;
  stderr: string;
}

const NOT_HERE = /not a git repository|must be run in a work tree/;

/**
 * Runs git in a folder.
 * @returns `undefined` outside of a repository
 * @throws CofferError `usage` in a repository that git cannot read
 */
export function askGit(
  folder: string,
  args: readonly string[],
  input?: Buffer,
): Promise<Answer | undefined> {
  // Most folders need no process to tell.
  if (!isHook() && !isInRepository(folder)) return Promise.resolve(undefined);
  return new Promise((done, fail) => {
    const options = { ...optionsFor(folder), maxBuffer: Infinity, encoding: 'buffer' } as const;
    const child = execFile('git', [...SAFE, ...args], options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      const answer = { code: Number(code), stdout, stderr: stderr.toString('utf8') };
      const isHere = typeof code === 'number' && !(code === 128 && NOT_HERE.test(answer.stderr));
      if (isHere) done(answer);
      else if (!isInRepository(folder)) done(undefined);
      else if (typeof code === 'number') fail(gitError(args, answer));
      else fail(new CofferError('usage', 'cannot run git', { hint: 'install it', cause: error }));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Starts git for a conversation. */
export function startGit(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn('git', [...SAFE, ...args], optionsFor(folder));
}

export function gitError(args: readonly string[], { stderr }: Answer): CofferError {
  const [first = '', ...more] = stderr.trim().split('\n');
  return new CofferError('usage', `git ${args[0]}: ${first.replace(/^fatal: /, '')}`, {
    hint:
      more
        .map((line) => line.trim())
        .filter(Boolean)
        .join(' ') || undefined,
  });
}

function optionsFor(cwd: string) {
  // Code here recognises git's messages by their words, so git must not translate them.
  const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C' };
  for (const name of isHook() ? [] : OF_HOOKS) delete env[name];
  return { cwd, env };
}

function isHook(): boolean {
  return ['GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_EXEC_PATH'].every((name) => name in process.env);
}

/** Whether there is a `.git` in the folder or above it, whatever git makes of it. */
function isInRepository(folder: string): boolean {
  let at = realpathSync(folder);
  while (!lstatSync(join(at, '.git'), { throwIfNoEntry: false })) {
    if (at === dirname(at)) return false;
    at = dirname(at);
  }
  return true;
}
