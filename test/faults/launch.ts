import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCoffer } from '../support/child.ts';
import { coffer } from '../support/cli.ts';
import type { ChaosProxy } from './chaos-proxy.ts';
import type { Figures } from './figures.ts';
import type { Step } from './scenarios.ts';
import type { Trouble } from './trouble.ts';
import type { World } from './world.ts';

const PRELOAD = new URL('preload.js', import.meta.url).href;
/** So much faster do the children's clocks run; moto answers slowly. */
const SPEED = process.env['COFFER_TEST_AWS'] === 'moto' ? 2 : 10;
/** Nothing takes so long but what hangs, not even three parameters that AWS is too busy for. */
const HANGS_MS = 300_000;

/** How a call ended. */
export interface Ending {
  code: number;
  stdout: string;
  stderr: string;
  /** The trouble that really happened, by its name in the figures. */
  happened: string[];
  /** Whether the process was ended by a signal that nothing can catch. */
  isKilled: boolean;
  /** Whether the disk failed, so that what was to be removed may still be there. */
  isDiskFault: boolean;
  isHanging: boolean;
  /** File operations that were counted. */
  operations: number;
}

interface Circumstances {
  proxy: ChaosProxy;
  trouble?: Trouble;
  figures: Figures;
}

type Call = Pick<Step, 'argv' | 'stdin' | 'env'>;

/** Runs the command line in a world where things go wrong as `trouble` says. */
export async function launch(
  world: World,
  step: Call,
  { proxy, trouble = {}, figures }: Circumstances,
): Promise<Ending> {
  const run = isQuick(step, trouble) ? runHere : runChild;
  const ending = await run(world, step, { proxy, trouble, figures });
  ending.happened.push(...proxy.happened());
  figures.add('commands', 1);
  figures.add('requests', proxy.requests());
  for (const kind of ending.happened) figures.happened(kind);
  return ending;
}

/** Whether nothing but answers goes wrong, and none of it takes long by the real clock. */
function isQuick({ argv }: Call, { wire = [], atRequest, disk }: Trouble): boolean {
  const isShort = wire.every(({ kind, times }) => times === 1 && kind !== 'no answer');
  return isShort && !atRequest && !disk && argv[0] !== 'edit';
}

/** Calls within this process come one after the other. */
let turn: Promise<unknown> = Promise.resolve();

/** Runs the command line in this process, which takes a tenth of the time. */
async function runHere(
  world: World,
  { argv, stdin, env }: Call,
  { proxy, trouble }: Circumstances,
): Promise<Ending> {
  const result = turn.then(() => {
    proxy.plan({ troubles: trouble?.wire ?? [] });
    const variables = { ...environmentOf(world, proxy), ...env };
    return coffer(argv, { cwd: world.work, env: variables, stdin });
  });
  turn = result.catch(() => {});
  const { code, stdout, stderr } = await result;
  const ended = { code, stdout: stdout.toString('latin1'), stderr };
  return {
    ...ended,
    happened: [],
    isKilled: false,
    isDiskFault: false,
    isHanging: false,
    operations: 0,
  };
}

let children = 0;

/** Runs the command line as it was built, in a child process whose files and clock are ours. */
async function runChild(
  world: World,
  step: Call,
  { proxy, trouble = {}, figures }: Circumstances,
): Promise<Ending> {
  const { root, work, home, tmp, memory } = world;
  const log = join(root, `log-${(children += 1)}`);
  const happened: string[] = [];
  const child = startCoffer(step.argv, {
    cwd: work,
    env: {
      ...environmentOf(world, proxy),
      NODE_OPTIONS: `--import=${PRELOAD}`,
      COFFER_FAULTS: JSON.stringify({
        folders: [work, tmp, memory, home],
        log,
        speed: SPEED,
        fault: trouble.disk,
      }),
      ...step.env,
    },
  });
  const { wire: troubles = [], atRequest } = trouble;
  const act = () => {
    happened.push(`${atRequest?.signal} at a request`);
    child.kill(atRequest?.signal ?? 'SIGKILL');
  };
  proxy.plan({ troubles, moment: atRequest && { ...atRequest, act } });
  let isHanging = false;
  const watchdog = setTimeout(() => {
    isHanging = true;
    child.kill('SIGKILL');
  }, HANGS_MS);
  if (step.stdin) child.feed(step.stdin);
  child.end();
  const { code, stdout, stderr } = await child.finished;
  clearTimeout(watchdog);

  const { disk } = trouble;
  let isDiskFault = false;
  let operations = 0;
  for (const entry of await readLog(log)) {
    operations = entry.operations ?? operations;
    if (entry.happened === undefined) continue;
    isDiskFault ||= disk !== undefined && 'errno' in disk;
    happened.push(`${entry.happened} at a file operation`);
  }
  figures.add('file operations', operations);
  const isKilled = happened.some((kind) => kind.startsWith('SIGKILL'));
  return { code, stdout, stderr, happened, isKilled, isDiskFault, isHanging, operations };
}

function environmentOf(world: World, proxy: ChaosProxy): Record<string, string> {
  const { aws, home, tmp, memory, fileKeyAlias } = world;
  return {
    ...aws.env,
    AWS_ENDPOINT_URL: proxy.url,
    COFFER_KEY_ALIAS: fileKeyAlias,
    HOME: home,
    TMPDIR: tmp,
    XDG_RUNTIME_DIR: memory,
  };
}

interface LogEntry {
  happened?: string;
  operations?: number;
}

async function readLog(path: string): Promise<LogEntry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}
