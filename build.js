// Bundles the command, the library and the GitHub Action into dist/. The package has no
// dependencies: a bundled AWS client starts faster than one loaded from node_modules, and splitting
// keeps each command's start to the code it needs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build, context } from 'esbuild';
import { billOfMaterials, bundledPackages, licenses } from './bundled.js';
import { compileSchema } from './schemas/compile.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const options = {
  entryPoints: { cli: 'src/cli/entry.ts', index: 'src/index.ts', action: 'src/ci/main.ts' },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
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
  },
};

rmSync('dist', { recursive: true, force: true });
await compileSchema('src/manifest/validate.gen.js');
if (process.argv.includes('--watch')) await (await context(options)).watch();
else {
  const { metafile } = await build(options);
  Object.keys(metafile.outputs)
    .filter((file) => file.endsWith('.map'))
    .forEach(trimSourceMap);
  const packages = bundledPackages(Object.keys(metafile.inputs));
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `${licenses(packages)}\n`);
  writeFileSync('dist/sbom.cdx.json', billOfMaterials(packages, { version }));
}

/**
 * Drops the text of other packages from a source map, but keeps positions: it is most of the map.
 */
function trimSourceMap(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  map.sourcesContent = map.sourcesContent?.map((text, index) =>
    map.sources[index].includes('node_modules/') ? null : text,
  );
  writeFileSync(file, JSON.stringify(map));
}
