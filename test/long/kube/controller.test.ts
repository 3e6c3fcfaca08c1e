import { test } from 'vitest';
import { controllerSuite } from '../../support/kube/suite.ts';
import { isBuilt, startRealCluster } from './real-cluster.ts';

if (isBuilt()) {
  process.env['COFFER_TEST_AWS'] = 'sandbox';
  await controllerSuite(startRealCluster);
} else {
  test.skip('the controller and a real API server', () => {});
}
