export { editManifest } from './edit.ts';
export { readManifest, replaceFile, writeManifest } from './file.ts';
export type * from './model.ts';
export { PARAMETER_TYPES, TIERS } from './model.ts';
export { parseManifest } from './parse.ts';
