export { editManifest } from './edit.ts';
export { readManifest, writeManifest } from './file.ts';
export type * from './model.ts';
export { parseManifest } from './parse.ts';
export { renderManifest } from './render-manifest.ts';
