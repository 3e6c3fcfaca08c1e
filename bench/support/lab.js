import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const SINK = fileURLToPath(new URL('sink.js', import.meta.url));

if (!existsSync(CLI)) throw new Error('dist/cli.cjs not found: run node build.js first');

/**
 * Where the rows of one subject run: a folder, a sandbox for KMS and SSM, and a sink for S3. All of
 * it is gone after `close`, or when a signal ends the benchmark.
 */
export async function createLab({ node, isQuick }) {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-'));
  const children = [];
  const clean = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const leave = (signal) => {
    clean();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, leave);

  const start = (...args) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    return createInterface(child.stdout);
  };
  const flags = ['--key', 'alias/bench', '--key', 'alias/coffer', '--bucket', 'bench'];
  const aws = await exported(start(CLI, 'sandbox', ...flags));
  const [port] = await once(start(SINK), 'line');
  const sink = `http://127.0.0.1:${port}`;
  const env = {
    ...aws,
    AWS_ENDPOINT_URL_S3: sink,
    AWS_DEFAULT_REGION: aws.AWS_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    // For scripts of rows: a shell divides it into words.
    COFFER: `${node} ${CLI}`,
    NODE: node,
  };
  const control = async (method, what, body) =>
    (await fetch(`${aws.AWS_ENDPOINT_URL}/_sandbox/${what}`, { method, body })).text();

  return {
    node,
    env,
    isQuick,
    folder,
    /** The full size, or the small one of a quick run. */
    size: (full, quick) => (isQuick ? quick : full),
    /** A new folder for a row. */
    async room(name) {
      const room = join(folder, name);
      await mkdir(room);
      return room;
    },
    argv: ([program, ...args]) =>
      program === 'coffer' ? [node, CLI, ...args] : [program === 'node' ? node : program, ...args],
    /** Milliseconds that each call to the sandbox takes longer. */
    delay: (latencyMs) => control('PUT', 'faults', JSON.stringify({ latencyMs })),
    /** The calls since the last time that somebody asked, by operation. */
    async takeCalls() {
      const { calls } = JSON.parse(await control('GET', 'calls'));
      const sunk = await (await fetch(`${sink}/_calls`)).json();
      await control('DELETE', 'calls');
      await fetch(`${sink}/_calls`, { method: 'DELETE' });
      return { ...calls, ...sunk };
    },
    /** Forgets all objects: they take memory. */
    emptySink: () => fetch(`${sink}/_objects`, { method: 'DELETE' }),
    async close() {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, leave);
      const ended = children.map((child) => once(child, 'exit'));
      clean();
      await Promise.all(ended);
    },
  };
}

/** What the sandbox prints for a shell to export. */
async function exported(lines) {
  const found = {};
  for await (const line of lines) {
    const [, name, value] = /^export (\w+)='?(.*?)'?$/.exec(line) ?? [];
    if (name) found[name] = value;
    if (name === 'AWS_REGION') break;
  }
  return found;
}

export function isInstalled(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
