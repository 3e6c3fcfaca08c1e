import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const DIST = new URL('../../dist/', import.meta.url);
const CLI = fileURLToPath(new URL('cli.cjs', DIST));

const LOOK_MS = 150;
const LONGEST_WAIT_MS = 3_000;

if (!existsSync(CLI)) throw new Error('dist/cli.cjs not found: run node build.js first');

/** A sandbox in its own process, and the environment that leads to it. */
export async function startSandbox(flags) {
  const child = spawn(process.execPath, [CLI, 'sandbox', ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const environment = {};
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /^export (\w+)='?(.*?)'?$/.exec(line) ?? [];
    if (name) environment[name] = value;
    if (name === 'AWS_REGION') break;
  }
  const control = (method, what, body) =>
    fetch(`${environment.AWS_ENDPOINT_URL}/_sandbox/${what}`, { method, body });
  return {
    environment: { ...environment, AWS_EC2_METADATA_DISABLED: 'true' },
    disturb: (settings) => control('PUT', 'faults', JSON.stringify(settings)),
    /** Calls by operation while `work` ran. */
    async callsOf(work) {
      await control('DELETE', 'calls');
      await work();
      const { calls } = await (await control('GET', 'calls')).json();
      return calls;
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** The run time of a program in seconds; it must succeed. */
export async function timeProgram(args, options) {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    ...options,
    env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stderr = [];
  child.stderr.on('data', (chunk) => stderr.push(chunk));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${Buffer.concat(stderr)}`);
  return seconds;
}

export function timeCoffer(args, options) {
  return timeProgram([CLI, ...args], options);
}

/**
 * Runs every measurement `rounds` times in turn, each when the machine is mostly idle. Returns the
 * median of each.
 */
export async function medians(rounds, measurements) {
  const found = new Map(Object.keys(measurements).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measurements)) {
      await quiet();
      found.get(name).push(await measure());
    }
  }
  return Object.fromEntries([...found].map(([name, values]) => [name, median(values)]));
}

/** Waits, up to a limit, until the processors are half idle. */
async function quiet() {
  const end = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < end) {
    const before = processorTimes();
    await sleep(LOOK_MS);
    const after = processorTimes();
    if ((after.idle - before.idle) / (after.all - before.all) > 0.5) return;
  }
}

function processorTimes() {
  const times = cpus().map((cpu) => cpu.times);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap(Object.values)) };
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return values.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}
