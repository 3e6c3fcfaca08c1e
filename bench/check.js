// Measures `coffer check` of a repository with 200 manifests against a program that only reads the
// same files and parses them with the `yaml` package, bundled as in coffer.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { medians, timeCoffer, timeProgram } from './support/lab.js';

const MANIFESTS = 200;
const PARAMETERS = 30;
const OTHERS = 1000;
const ROUNDS = 7;
const BOUND = 2;

const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-'));
try {
  process.exitCode = await run();
} finally {
  await rm(folder, { recursive: true });
}

async function run() {
  const repository = join(folder, 'repository');
  const files = await fill(repository);
  const program = await bundleParser(files);
  const here = { cwd: repository, env: {} };
  say(
    `${MANIFESTS} manifests of ${PARAMETERS} parameters among ${OTHERS} other YAML files; medians of ${ROUNDS} rounds`,
  );
  const busy = loadavg()[0] / availableParallelism();
  if (busy > 0.5) say(`this machine is busy (load ${busy.toFixed(1)} a core)`);
  const took = await medians(ROUNDS, {
    node: () => timeProgram(['-e', '0'], here),
    yaml: () => timeProgram([program], here),
    check: () => timeCoffer(['check'], here),
  });
  const ratio = took.check / took.yaml;
  say(`\nnode alone         ${seconds(took.node)}`);
  say(`read and parse     ${seconds(took.yaml)}`);
  const verdict = ratio <= BOUND ? 'holds' : 'DOES NOT HOLD';
  say(
    `coffer check       ${seconds(took.check)}  ${ratio.toFixed(2)} ×; at most ${BOUND}: ${verdict}`,
  );
  return ratio <= BOUND ? 0 : 1;
}

/** Creates a repository of encrypted manifests. Returns their names. */
async function fill(repository) {
  const files = [];
  for (let i = 0; i < MANIFESTS; i++) {
    const team = join(repository, `team${i % 10}`);
    await mkdir(team, { recursive: true });
    files.push(join(team, `app${i}.yml`));
    await writeFile(files.at(-1), manifest(`app${i}`));
  }
  await mkdir(join(repository, 'charts'));
  for (let i = 0; i < OTHERS; i++) {
    await writeFile(join(repository, 'charts', `${i}.yaml`), `kind: ConfigMap\nparameters: []\n`);
  }
  const git = (...args) => execFileSync('git', args, { cwd: repository });
  git('init', '--quiet');
  git('add', '.');
  return files;
}

function manifest(app) {
  const keyId = randomBytes(4).toString('hex');
  const parameters = Array.from({ length: PARAMETERS }, (_, i) => {
    const sealed = randomBytes(28 + 32).toString('base64');
    return [
      `  - name: group${i % 4}/secret${i}`,
      `    description: What secret ${i} of ${app} is for.`,
      ...(i % 5 === 0
        ? ['    type: string', `    value: not secret ${i}`]
        : ['    type: securestring', `    value: ENC[v1,${keyId},0a1b2c3d,${sealed}]`]),
    ].join('\n');
  });
  return `# The secrets of ${app}.
path: /apps/${app}/
region: us-east-1
kmskey: alias/${app}
encrypted_with: arn:aws:kms:us-east-1:123456789012:key/6f1c5ba0-2c7e-4b63-9a4d-0d7c3b5f1e11
data_keys:
  ${keyId}:
    key: ${randomBytes(184).toString('base64')}
    binding: 1f0c9a2e
    commit: ${randomBytes(32).toString('base64')}
parameters:
${parameters.join('\n')}
`;
}

/** A program that parses the files, built like dist/. */
async function bundleParser(files) {
  const outfile = join(folder, 'parse.mjs');
  await build({
    stdin: {
      contents: `
        import { readFile } from 'node:fs/promises';
        import { parseDocument } from 'yaml';
        for (const file of ${JSON.stringify(files)}) parseDocument(await readFile(file, 'utf8'));
      `,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    alias: { yaml: './node_modules/yaml/browser/index.js' },
  });
  return outfile;
}

function seconds(time) {
  return `${time.toFixed(2)} s`;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
