// npm run faults [schedules] [seed] [--aws moto] [--only schedules|manifests|tampering|answers]
// The same numbers do the same again.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { aws: { type: 'string' }, only: { type: 'string' }, manifests: { type: 'string' } },
});
const [schedules = '200', seed = '1'] = positionals;
const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/faults/faults.test.ts'];
const { status } = spawnSync(
  process.execPath,
  [...vitest, '--project', values.aws ?? 'sandbox', '--disable-console-intercept'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FAULTS_SCHEDULES: schedules,
      FAULTS_SEED: seed,
      FAULTS_MANIFESTS: values.manifests ?? '20000',
      FAULTS_ANSWERS: '400',
      FAULTS_STRIDE: '5',
      FAULTS_ONLY: values.only ?? '',
    },
  },
);
process.exitCode = status ?? 1;
