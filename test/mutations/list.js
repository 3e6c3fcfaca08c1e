import { aws } from './faults/aws.js';
import { files } from './faults/files.js';
import { manifests } from './faults/manifests.js';
import { sealing } from './faults/sealing.js';
import { showing } from './faults/showing.js';

/** Every fault that the tests must notice. */
export const MUTATIONS = [...sealing, ...files, ...manifests, ...aws, ...showing];
