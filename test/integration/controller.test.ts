import { startFakeCluster } from '../support/kube/cluster.ts';
import { controllerSuite } from '../support/kube/suite.ts';

await controllerSuite(startFakeCluster);
