export { REAL_CLOCK } from './clock.ts';
export { runController } from './controller.ts';
export { findKubeConfig } from './kube/config.ts';
export { createLog } from './log.ts';
