import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isInstalled } from './lab.js';

const ROUNDS = 7;
/** Slow rows have fewer rounds, but never fewer than this. */
const LEAST_ROUNDS = 3;
const ROW_SECONDS = 40;
const LOOK_MS = 10;

/** For commands that need a shell. */
export function shell(script) {
  return ['bash', '-e', '-o', 'pipefail', '-c', script];
}

/**
 * Times a row and its peers in turn, and looks at one more run of each for its memory, CPU time and
 * calls. A row that cannot run says why.
 *
 * A row is `{name, what, bound?, prepare}`. `prepare(lab, room)` makes the files in the folder
 * `room`, and returns `{ours, peers?, before?, after?}` or `{skip}` with a reason. `ours` and each
 * of `peers` are commands; a peer is named by the programs that it needs. `before` runs ahead of
 * every command, untimed, and `after` once at the end.
 */
export async function measure({ name, what, bound, prepare }, lab) {
  const row = { name, what, bound };
  let prepared = {};
  try {
    const room = await lab.room(name);
    prepared = await prepare(lab, room);
    if (prepared.skip) return { ...row, skip: prepared.skip };
    const { ours, before, peers = {} } = prepared;
    const run = (command) => runOnce(lab.argv(command), { cwd: room, env: lab.env });
    // Untimed, as the peers are tried: the first run may fill caches.
    await before?.();
    await run(ours);
    const skipped = [];
    const commands = { coffer: ours };
    for (const [peer, command] of Object.entries(peers)) {
      const absent = missing(peer);
      const failed = absent ? undefined : await failureOf(run, command, before);
      if (absent) skipped.push(absent);
      else if (failed) skipped.push(`${peer}: ${failed}`);
      else commands[peer] = command;
    }
    const seconds = await interleave(commands, { lab, run, before });
    const looks = {};
    for (const [key, command] of Object.entries(commands)) {
      await before?.();
      await lab.takeCalls();
      looks[key] = await lookAt(lab.argv(command), { cwd: room, env: lab.env });
      looks[key].calls = await lab.takeCalls();
    }
    return judge({ ...row, seconds, looks, skipped });
  } catch (error) {
    return { ...row, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await prepared.after?.();
    await lab.emptySink();
  }
}

/** `openssl+aws` needs both, and what follows a colon only says what they do. */
function missing(peer) {
  const programs = peer.split(':')[0].split('+');
  const absent = programs.filter((program) => program !== 'node' && !isInstalled(program));
  return absent.length > 0 ? `${absent.join(' and ')} not installed` : undefined;
}

async function failureOf(run, command, before) {
  try {
    await before?.();
    await run(command);
    return undefined;
  } catch (error) {
    return error.message.split('\n').slice(0, 2).join(' ');
  }
}

/** The median time of each command, in seconds, and how many rounds there were. */
async function interleave(commands, { lab, run, before }) {
  const took = Object.fromEntries(Object.keys(commands).map((key) => [key, []]));
  const [most, least] = lab.isQuick ? [2, 1] : [ROUNDS, LEAST_ROUNDS];
  const started = performance.now();
  let rounds = 0;
  while (rounds < most) {
    const spent = (performance.now() - started) / 1000;
    // Another round takes as long as those before it.
    if (rounds >= least && spent + spent / rounds > ROW_SECONDS) break;
    for (const [key, command] of Object.entries(commands)) {
      await before?.();
      took[key].push(await run(command));
    }
    rounds++;
  }
  return Object.fromEntries(Object.entries(took).map(([key, times]) => [key, median(times)]));
}

/** @returns seconds */
async function runOnce([program, ...args], options) {
  const started = performance.now();
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  await succeeded(child, args);
  return (performance.now() - started) / 1000;
}

/** Peak memory of the processes together, in MiB (undefined where there is no /proc), and CPU seconds. */
async function lookAt(argv, options) {
  const script = '"$@"; times >&2';
  const args = ['-e', '-c', script, 'bash', ...argv];
  const child = spawn('bash', args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, memoryBelow(child.pid))), LOOK_MS);
  const stderr = await succeeded(child, argv).finally(() => clearInterval(watch));
  // The last line is that of the shell's children.
  const times = stderr.trimEnd().split('\n').at(-1);
  const cpu = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  return {
    peak: peak > 0 ? peak / 1024 : undefined,
    cpu: cpu.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0),
  };
}

/** KiB that a process and its children have resident now. */
function memoryBelow(pid) {
  const read = (file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  };
  const own = Number(/VmRSS:\s*(\d+)/.exec(read('status'))?.[1] ?? 0);
  const children = read(`task/${pid}/children`).trim().split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + memoryBelow(Number(child)), own);
}

async function succeeded(child, args) {
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code, signal] = await once(child, 'close');
  if (code === 0) return stderr;
  throw new Error(`${args.join(' ').slice(0, 200)} ended with ${code ?? signal}: ${stderr.trim()}`);
}

/** Adds the ratio to each peer, and whether the bound holds. */
function judge(row) {
  const { seconds, bound, looks } = row;
  const ratios = Object.fromEntries(
    Object.entries(seconds)
      .filter(([key]) => key !== 'coffer')
      .map(([key, time]) => [key, seconds.coffer / time]),
  );
  const { peak } = looks.coffer;
  const tests = [
    bound?.ratio && ratios[bound.peer] && ratios[bound.peer] <= bound.ratio,
    bound?.seconds && seconds.coffer <= bound.seconds,
    bound?.peak && peak && peak <= bound.peak,
  ].filter((test) => typeof test === 'boolean');
  const verdict = tests.length === 0 ? '' : tests.every(Boolean) ? 'holds' : 'exceeded';
  return { ...row, ratios, verdict };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return values.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}
