// A large file through `coffer put` and back through `coffer get`, against a sandbox whose object
// bodies are files: checks equal content, peak memory, and the time against the least possible
// cost, which is encryption at openssl's speed plus a plain `aws s3 cp` to or from the same server.
//
//   npm run bench -- stream [MiB, default 2048]
//
// Needs Linux, openssl, sha256sum and the AWS CLI, and about five times the size under TMPDIR.
// Exits 1 if content differs or a process exceeds its memory limit.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));
const MIB = 1024 * 1024;
const BOUND_MIB = 160;
const size = Number(process.argv[2] ?? 2048);
const bytes = size * MIB;

/**
 * Makes a Node process print its peak memory at its end. The maxRSS of its resource usage starts
 * with the memory of its parent, so it does not help.
 */
const TELLS_MEMORY = `--import=data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs';
  process.on('exit', () => process.stderr.write(readFileSync('/proc/self/status', 'utf8')));
`)}`;

const folder = await mkdtemp(join(tmpdir(), 'coffer-stream-'));
const sandbox = spawn(
  process.execPath,
  [CLI, 'sandbox', '--folder', join(folder, 'sandbox'), '--bucket', 'big', '--key', 'alias/app'],
  { stdio: ['ignore', 'pipe', 'ignore'] },
);
try {
  process.exitCode = (await measure(await environmentOf(sandbox))) ? 0 : 1;
} finally {
  sandbox.kill();
  await once(sandbox, 'exit');
  await rm(folder, { recursive: true, force: true });
}

/** Whether all checks passed. */
async function measure(env) {
  const file = join(folder, 'data');
  await fillWithNoise(file);
  const run = (script) => timed(script, env);
  const coffer = `"${process.execPath}" "${CLI}"`;

  const original = sum((await run('sha256sum data')).stdout);
  const cipher = await run(
    'openssl enc -aes-256-ctr -K $(printf %064d 1) -iv $(printf %032d 1) -in data -out /dev/null',
  );
  const up = await run('aws s3 cp --quiet data s3://big/plain');
  const put = await run(`${coffer} put -p bench/data -b big -k alias/app < data`);
  const down = await run('aws s3 cp --quiet s3://big/plain plain && rm plain');
  const get = await run(`${coffer} get /bench/data | sha256sum`);
  const getFile = await run(`${coffer} get /bench/data -o back`);
  const back = sum((await run('sha256sum back')).stdout);

  const row = (what, { seconds, cpu, peak }, least) => ({
    what,
    'time [s]': seconds.toFixed(1),
    'MiB/s': Math.round(size / seconds),
    'CPU [s]': cpu.toFixed(1),
    'peak RSS [MiB]': peak ? Math.round(peak / 1024) : '',
    'x the least': least ? (seconds / least).toFixed(2) : '',
  });
  const leastUp = cipher.seconds + up.seconds;
  const leastDown = cipher.seconds + down.seconds;
  console.log(`${size} MiB, node ${process.version}`);
  console.table([
    row('openssl enc -aes-256-ctr', cipher),
    row('aws s3 cp, up', up),
    row('coffer put', put, leastUp),
    row('aws s3 cp, down', down),
    row('coffer get | sha256sum', get, leastDown),
    row('coffer get -o', getFile, leastDown),
  ]);

  const isEqual = original === sum(get.stdout) && original === back;
  console.log(isEqual ? 'SHA-256 equal' : 'SHA-256 DIFFERS');
  const peak = Math.max(put.peak, get.peak, getFile.peak) / 1024;
  const isBounded = peak > 0 && peak <= BOUND_MIB;
  console.log(`memory bound of ${BOUND_MIB} MiB: ${isBounded ? 'holds' : 'BROKEN'}`);
  return isEqual && isBounded;
}

/** The digest that sha256sum prints. */
function sum(text) {
  return text.trim().split(/\s/)[0];
}

/** What the sandbox prints for a shell to export. */
async function environmentOf({ stdout }) {
  const found = {};
  for await (const line of createInterface(stdout)) {
    const [, name, value] = /^export (\w+)='?([^']*?)'?$/.exec(line) ?? [];
    if (name) found[name] = value;
    if (name === 'AWS_REGION') break;
  }
  return { ...found, AWS_DEFAULT_REGION: found.AWS_REGION, AWS_EC2_METADATA_DISABLED: 'true' };
}

async function fillWithNoise(file) {
  const handle = await open(file, 'w');
  for (let done = 0; done < bytes; done += 8 * MIB) {
    await handle.write(randomBytes(Math.min(8 * MIB, bytes - done)));
  }
  await handle.sync();
  await handle.close();
}

/** Runs a script in the folder. Returns its time, and the peak memory of its Node process. */
async function timed(script, env) {
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', `${script}\ntimes >&2`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, NODE_OPTIONS: TELLS_MEMORY, TMPDIR: folder },
  });
  const started = performance.now();
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script}: exit ${code}\n${stderr}`);
  const seconds = (performance.now() - started) / 1000;
  // CPU time of everything the shell ran, on its last line; a busy machine does not change it.
  const spent = [
    ...stderr
      .trimEnd()
      .split('\n')
      .at(-1)
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  const cpu = spent.reduce((sum, [, minutes, rest]) => sum + minutes * 60 + Number(rest), 0);
  return { seconds, cpu, stdout, peak: Number(/VmHWM:\s*(\d+) kB/.exec(stderr)?.[1] ?? 0) };
}
