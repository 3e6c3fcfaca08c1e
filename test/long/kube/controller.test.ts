import { describe } from 'vitest';
import { controllerSuite } from '../../support/kube/suite.ts';
import { isBuilt, startRealCluster } from './real-cluster.ts';

// Without the binaries that up.sh builds, its tests are listed as skipped.
describe.runIf(isBuilt())('a real API server', async () => {
  process.env['COFFER_TEST_AWS'] = 'sandbox';
  await controllerSuite(startRealCluster);
});
