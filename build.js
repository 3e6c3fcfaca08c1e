// Bundles the command, the library and the GitHub Action into dist/. The package has no
// dependencies: a bundled AWS client starts faster than one loaded from node_modules, and splitting
// keeps each command's start to the code it needs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build, context } from 'esbuild';
import { billOfMaterials, bundledPackages, licenses } from './bundled.js';
import { compileSchema } from './schemas/compile.js';
import { SDK_FOR_NODE } from './sdk.js';
import { ownPositions } from './source-map.js';
import { tableOf } from './table.js';

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  // The SDK's CommonJS builds cannot be tree-shaken; its modules can.
  mainFields: ['module', 'main'],
  target: 'node20',
  // Keeps names, so that stack traces are readable.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: {
    COFFER_VERSION: JSON.stringify(version),
    // The SDK's warning about old Nodes belongs to `coffer --version`, not to every command.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  },
  // The Node build of yaml prints tokens, secrets among them, when the environment says LOG_TOKENS.
  alias: {
    yaml: './node_modules/yaml/browser/index.js',
    debug: './src/aws/left-out.js',
    'proxy-agent-negotiate': './src/aws/left-out.js',
    '@aws-sdk/credential-provider-node': './src/aws/left-out.js',
  },
};
/** Bundles `./page.css?raw` as text, as the tests' bundler does. */
const RAW = {
  name: 'raw',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      // Relative, so that the build is the same in every folder.
      path: relative('.', join(resolveDir, path.replace(/\?raw$/, ''))),
      namespace: 'raw',
    }));
    onLoad({ filter: /.*/, namespace: 'raw' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
      watchFiles: [path],
    }));
  },
};
const modules = { ...common, splitting: true, format: 'esm', plugins: [SDK_FOR_NODE, RAW] };
/** The library and the action, for Node's own loader. */
const library = {
  ...modules,
  entryPoints: { index: 'src/index.ts', action: 'src/ci/main.ts' },
  chunkNames: 'chunks/[name]-[hash]',
};
const VALIDATOR = 'src/manifest/validate.gen.js';
/** The command line; its files become a table. */
const commands = {
  ...modules,
  // The validator has a chunk of its own, as it is needed only for its errors.
  entryPoints: { start: 'src/cli/start.ts', validate: VALIDATOR },
  chunkNames: '[name]-[hash]',
  sourcemap: 'inline',
  write: false,
  plugins: [...modules.plugins, { name: 'table', setup: ({ onEnd }) => onEnd(writeCommands) }],
};

rmSync('dist', { recursive: true, force: true });
await compileSchema();
if (process.argv.includes('--watch')) {
  for (const options of [library, commands]) await (await context(options)).watch();
} else {
  const metafiles = [];
  for (const options of [library, commands]) metafiles.push((await build(options)).metafile);
  const outputs = Object.keys(metafiles[0].outputs).filter((file) => file.endsWith('.map'));
  for (const file of outputs) {
    writeFileSync(file, JSON.stringify(ownPositions(JSON.parse(readFileSync(file, 'utf8')))));
  }
  const packages = bundledPackages(metafiles.flatMap(({ inputs }) => Object.keys(inputs)));
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `${licenses(packages)}\n`);
  writeFileSync('dist/sbom.cdx.json', billOfMaterials(packages, { name, version }));
}

/** Writes the table of the command line, and the program that starts it. */
async function writeCommands({ outputFiles, metafile, errors }) {
  if (errors.length > 0) return;
  const lazy = [...chunksOf('node_modules/yaml/', metafile), ...chunksOf(VALIDATOR, metafile)];
  const imports = importsOf(metafile, lazy);
  const { code, hash, map, modules } = await tableOf(outputFiles, imports, 'start.js');
  writeFileSync('dist/commands.cjs', `${code}//# sourceMappingURL=commands.cjs.map\n`);
  writeFileSync('dist/commands.cjs.map', JSON.stringify(ownPositions(map)));
  // Scripts of git drivers that are already installed call this file.
  writeFileSync('dist/cli.js', "#!/usr/bin/env node\nimport './cli.cjs';\n", { mode: 0o755 });
  const first = {
    ...common,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    define: {
      ...common.define,
      COFFER_BUNDLE: JSON.stringify(hash),
      COFFER_HEAVY: JSON.stringify(lazy.map((file) => `./${file}`).join(' ')),
      COFFER_MODULES: JSON.stringify(JSON.stringify(modules)),
    },
  };
  await build({ ...first, entryPoints: { cli: 'src/cli/entry.ts' } });
  // Not of the package: binary.js puts it into an executable.
  await build({
    ...first,
    entryPoints: { binary: 'src/cli/binary.ts' },
    outdir: 'build',
    sourcemap: false,
  });
}

/** The names of the chunks with code of a file or folder. These must have no other code. */
function chunksOf(path, { outputs }) {
  const chunks = Object.entries(outputs).flatMap(([file, { inputs }]) => {
    const files = Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0);
    // Where node_modules is a link, they are in another folder.
    if (!files.some((input) => input.includes(path))) return [];
    if (!files.every((input) => input.includes(path))) {
      throw new Error(`${file} has code of ${path}, and other code`);
    }
    return [basename(file)];
  });
  if (chunks.length === 0) throw new Error(`no chunk has code of ${path}`);
  return chunks;
}

/** For each output file, the files that it needs when it runs, but for the lazy ones. */
function importsOf({ outputs }, lazy) {
  return Object.fromEntries(
    Object.entries(outputs).map(([file, { imports }]) => [
      basename(file),
      imports
        .filter(({ kind, external }) => kind === 'import-statement' && !external)
        .map(({ path }) => basename(path))
        .filter((name) => !lazy.includes(name)),
    ]),
  );
}
