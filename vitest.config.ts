import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
// One project, so that a worker loads the SDK once.
const sandbox = project('sandbox', [
  'unit',
  'local',
  'actions',
  'integration',
  'sandbox',
  'faults',
]);
// What talks to AWS once more, against a stand-in that others wrote.
const moto = project(
  'moto',
  ['actions', 'integration', ...(process.env['FAULTS_SCHEDULES'] ? ['faults'] : [])],
  {
    env: { COFFER_TEST_AWS: 'moto' },
    globalSetup: ['test/support/moto-server.ts'],
  },
);

// For nights and releases: what takes long, and the whole of what `npm test` shortens.
const long = project('long', ['long', 'unit', 'integration', 'sandbox', 'faults'], {
  env: { COFFER_TEST_LONG: '1' },
});

export default defineConfig(({ mode }) => ({
  // As the build sets it.
  define: { COFFER_VERSION: JSON.stringify(version) },
  test: {
    // A process takes its time on a busy machine; a test that hangs still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Loading the SDK anew for each file took a fifth of the time.
    isolate: false,
    // The gate's machine may be busy with others' work: a hiccup passes, a bug fails twice.
    retry: process.env['CI'] ? 1 : 0,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', COFFER_TEST_AWS: 'sandbox' },
    // Otherwise style sheets are empty, even those that are imported as text.
    css: true,
    // Two cores are busy even while one worker waits for a retry; a fourth costs more than it brings.
    maxWorkers: 3,
    coverage: {
      include: ['src/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'html'],
      thresholds: Object.fromEntries(
        ['plan', 'seal', 'stores', 'actions'].map((folder) => [`src/${folder}/**`, { lines: 95 }]),
      ),
    },
    projects: mode === 'long' ? [long] : [sandbox, ...(isMotoWanted() ? [moto] : [])],
  },
}));

function project(
  name: string,
  folders: readonly string[],
  more: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  const include = folders.map((folder) => `test/${folder}{/**/*,}.test.ts`);
  return { extends: true, test: { name, include, ...more } };
}

/** @throws when it must be there and is not. */
function isMotoWanted(): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((folder) => isExecutable(join(folder, 'moto_server')))) return true;
  const advice = "moto_server is not on PATH; install it with: pip install 'moto[server]'";
  if (process.env['COFFER_REQUIRE_MOTO'] === '1') throw new Error(advice);
  process.stderr.write(`The moto tests are left out: ${advice}\n`);
  return false;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
