import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** A CLI call takes its time on a busy machine; a test that hangs still ends. */
const common = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // Loading the SDK anew for each file took a fifth of the time.
  isolate: false,
  // The gate's machine may be busy with others' work: a hiccup passes, a bug fails twice.
  retry: process.env['CI'] ? 1 : 0,
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', COFFER_TEST_AWS: 'sandbox' },
};

const unit = {
  test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'] },
};

// The built command line where it needs no AWS.
const local = {
  test: { ...common, name: 'local', include: ['test/local/**/*.test.ts'] },
};

const sandbox = {
  test: {
    ...common,
    name: 'sandbox',
    include: [
      'test/actions/**/*.test.ts',
      'test/integration/**/*.test.ts',
      'test/sandbox/**/*.test.ts',
    ],
  },
};

// The same files once more, against an AWS stand-in that others wrote.
const moto = {
  test: {
    ...common,
    name: 'moto',
    include: ['test/actions/**/*.test.ts', 'test/integration/**/*.test.ts'],
    env: { ...common.env, COFFER_TEST_AWS: 'moto' },
    globalSetup: ['test/support/moto-server.ts'],
  },
};

export default defineConfig({
  test: {
    // Two cores are busy even while one worker waits for a retry.
    maxWorkers: 3,
    projects: isMotoWanted() ? [unit, local, sandbox, moto] : [unit, local, sandbox],
  },
});

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
