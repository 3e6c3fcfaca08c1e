// What starts and ends without AWS.
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { coffer, plaintext, writeManifest } from '../support/manifests.js';

export const subject = 'Start-up';

const NODE = ['node', '-e', '0'];

export const rows = [
  {
    name: 'version',
    what: '`--version`',
    bound: { peer: 'node', ratio: 1.15 },
    prepare: () => ({ ours: ['coffer', '--version'], peers: { node: NODE } }),
  },
  {
    name: 'check-1',
    what: '`check` of a manifest of 30',
    bound: { peer: 'node', ratio: 2.1 },
    async prepare(lab, room) {
      await writeManifest(lab, room, 'app.yml', plaintext('/bench/check/', 30));
      return { ours: ['coffer', 'check', 'app.yml'], peers: { node: NODE } };
    },
  },
  {
    name: 'check-200',
    what: '`check` of 200 manifests of 30 among 1,000 other YAML files',
    bound: { peer: 'node: reads and parses them', ratio: 2 },
    async prepare(lab, room) {
      const files = await fill(lab, room);
      const program = await bundleParser(room, files);
      const peers = { node: NODE, 'node: reads and parses them': ['node', program] };
      return { ours: ['coffer', 'check'], peers };
    },
  },
];

/** A repository with 200 encrypted manifests. Returns their names. */
async function fill(lab, room) {
  await mkdir(join(room, 'charts'));
  for (let i = 0; i < 1000; i++) {
    await writeFile(join(room, 'charts', `${i}.yaml`), 'kind: ConfigMap\nparameters: []\n');
  }
  const files = [];
  for (let i = 0; i < lab.size(200, 20); i++) {
    files.push(join(`team${i % 10}`, `app${i}.yml`));
    await mkdir(join(room, `team${i % 10}`), { recursive: true });
    await writeFile(join(room, files.at(-1)), plaintext(`/bench/app${i}/`, 30, { every: 2 }));
  }
  await coffer(lab, room, 'encrypt', ...files);
  const git = (...args) => execFileSync('git', args, { cwd: room, env: lab.env });
  git('init', '--quiet');
  git('add', '.');
  return files;
}

/** A program that only parses the files, built like dist/. */
async function bundleParser(room, files) {
  const outfile = join(room, 'parse.mjs');
  await build({
    stdin: {
      contents: `
        import { readFile } from 'node:fs/promises';
        import { parseDocument } from 'yaml';
        for (const file of ${JSON.stringify(files)}) parseDocument(await readFile(file, 'utf8'));
      `,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
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
