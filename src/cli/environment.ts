export type { Environment } from '../aws/environment.ts';
