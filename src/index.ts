export { CofferError, type ErrorCode, type Place, type Problem } from './errors.ts';
export { getSecret, openSecrets, writeManifest, type AwsOptions } from './library.ts';
export { editManifest, parseManifest, readManifest } from './manifest/index.ts';
export type * from './manifest/model.ts';
