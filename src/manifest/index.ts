export { editManifest } from './edit.ts';
export { restoreContents } from './edit/restore.ts';
export { isWritable } from './edit/write-scalar.ts';
export { decodeManifest, readManifest, writeManifest } from './file.ts';
export type * from './model.ts';
export { parseManifest } from './parse.ts';
export { renderManifest } from './render-manifest.ts';
