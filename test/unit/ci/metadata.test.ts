import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

test('packages are installed before there are credentials, without their scripts', async () => {
  const { runs } = parse(await readFile('action.yml', 'utf8')) as {
    runs: { steps: { run?: string; uses?: string }[] };
  };
  const installs = runs.steps.findIndex(({ run }) => run?.includes('npm ci --ignore-scripts'));
  const assumes = runs.steps.findIndex(({ uses }) => uses?.includes('configure-aws-credentials'));
  expect(installs).toBeGreaterThanOrEqual(0);
  expect(assumes).toBeGreaterThan(installs);
});
