export { CofferError, type ErrorCode, type Place, type Problem } from './errors.ts';
export { getSecret, openSecrets, type AwsOptions } from './library.ts';
export { editManifest, parseManifest, readManifest, writeManifest } from './manifest/index.ts';
export type * from './manifest/model.ts';
