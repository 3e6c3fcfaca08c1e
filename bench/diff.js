// Measures a diff of 1,000 parameters against the least time that any program would need.
//
// That is start-up, the time before the first call: node, the clients' code, and the manifest,
// which names the path. Then comes the longest chain of calls that need each other's answers:
// DescribeParameters returns 50 parameters and a token for the next 50, so 1,000 take 20 sequential
// calls. Everything else is shorter and runs in parallel: the 100 GetParameters need only names,
// the one kms:Decrypt needs only the manifest.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DIST, medians, startSandbox, timeCoffer, timeProgram } from './support/lab.js';

const PARAMETERS = 1000;
const PAGE = 50;
const LATENCY_MS = 20;
const ROUNDS = 7;
const BOUND = 1.5;

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const sandbox = await startSandbox(['--key', 'alias/bench']);
const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-'));
try {
  process.exitCode = await run();
} finally {
  await sandbox.stop();
  await rm(folder, { recursive: true });
}

async function run() {
  const here = { cwd: folder, env: sandbox.environment };
  await writeFile(join(folder, 'app.yml'), manifest());
  await timeCoffer(['encrypt', 'app.yml'], here);
  await timeCoffer(['sync', 'app.yml', '--yes'], here);
  await sandbox.disturb({ latencyMs: LATENCY_MS });

  const diff = () => timeCoffer(['diff', 'app.yml', '--exit-code'], here);
  const sync = () => timeCoffer(['sync', 'app.yml', '--yes'], here);
  say(`${PARAMETERS} parameters, ${LATENCY_MS} ms from the sandbox; medians of ${ROUNDS} rounds`);
  const busy = loadavg()[0] / availableParallelism();
  if (busy > 0.5)
    say(`this machine is busy (load ${busy.toFixed(1)} a core): the ratios come out too high`);
  say(`\ncalls of diff          ${format(await sandbox.callsOf(diff))}`);
  say(`calls of a no-op sync  ${format(await sandbox.callsOf(sync))}`);

  const describePages = await createChain();
  const pages = await describePages();
  say(
    `longest chain          ${pages} DescribeParameters, each with the token of the previous one\n`,
  );

  const probe = join(folder, 'probe.mjs');
  await writeFile(probe, await importProbe());
  const reader = join(folder, 'reading.mjs');
  await writeFile(reader, readingProbe());
  const took = await medians(ROUNDS, {
    node: () => timeProgram(['-e', '0'], here),
    version: () => timeCoffer(['--version'], here),
    probe: () => timeProgram([probe], here),
    reading: () => timeProgram([reader], here),
    chain: () => timed(describePages),
    diff,
    sync,
  });
  // Each program starts node, which counts only once.
  const loading = took.probe - took.node;
  const reading = took.reading - took.node;
  const startUp = took.version + loading + reading;
  say(`start-up               ${seconds(startUp)}`);
  say(`  coffer --version     ${seconds(took.version)}  (node alone: ${seconds(took.node)})`);
  say(`  import of KMS, SSM   ${seconds(loading)}`);
  say(`  reading the manifest ${seconds(reading)}`);
  say(`chain                  ${seconds(took.chain)}`);
  const isFast = ['diff', 'sync'].map((name) => {
    const ratio = (took[name] - startUp) / took.chain;
    const verdict = ratio <= BOUND ? 'holds' : 'DOES NOT HOLD';
    const label = name === 'sync' ? 'no-op sync' : name;
    say(
      `${label.padEnd(22)} ${seconds(took[name])}  start-up + ${ratio.toFixed(2)} × chain; at most ${BOUND}: ${verdict}`,
    );
    return ratio <= BOUND;
  });
  return isFast.every(Boolean) ? 0 : 1;
}

function manifest() {
  const lines = Array.from({ length: PARAMETERS }, (_, i) => {
    const type = i % 10 === 0 ? 'SecureString' : 'String';
    return `  - name: group${i % 7}/p${i}\n    type: ${type}\n    value: value ${i}`;
  });
  return `path: /bench/\nregion: us-east-1\nkmskey: alias/bench\nparameters:\n${lines.join('\n')}\n`;
}

/** Runs only the chain, with the SDK and a warm connection. Returns the number of calls. */
async function createChain() {
  const client = new SSMClient({
    endpoint: sandbox.environment.AWS_ENDPOINT_URL,
    region: 'us-east-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  return async () => {
    let calls = 0;
    let NextToken;
    do {
      const page = await client.send(
        new DescribeParametersCommand({
          ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/bench/'] }],
          MaxResults: PAGE,
          NextToken,
        }),
      );
      NextToken = page.NextToken;
      calls += 1;
    } while (NextToken);
    return calls;
  };
}

/** A program that only loads the bundled clients of a diff. */
async function importProbe() {
  const chunks = await readdir(new URL('chunks/', DIST));
  const lines = ['kms', 'parameters'].map((name) => {
    const found = chunks.find((file) => file.startsWith(`${name}-`));
    if (!found) throw new Error(`the bundle has no chunk ${name}`);
    return `import(${JSON.stringify(new URL(`chunks/${found}`, DIST).href)})`;
  });
  return `process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';\nawait Promise.all([${lines.join(', ')}]);\n`;
}

/** A program that only reads the manifest. */
function readingProbe() {
  const library = JSON.stringify(new URL('index.js', DIST).href);
  return `const { readManifest } = await import(${library});\nawait readManifest('app.yml');\n`;
}

async function timed(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function format(calls) {
  return Object.entries(calls)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function seconds(time) {
  return `${time.toFixed(2)} s`;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
