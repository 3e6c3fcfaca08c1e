import { CofferError } from '../../../errors.ts';
import { decodeText } from '../../../manifest/encoding.ts';
import { readDotenv } from './dotenv.ts';
import type { Reading } from './entries.ts';
import type { FileKind } from './kinds.ts';
import { readJson, readStructured } from './structured.ts';
import { readTfvars } from './tfvars.ts';

const READERS = {
  dotenv: readDotenv,
  json: readJson,
  yaml: readStructured,
  tfvars: readTfvars,
} satisfies Record<FileKind, (text: string, file: string) => Reading>;

/** Reads the names and values of a file. */
export function readEntries(bytes: Buffer, file: string, kind: FileKind): Reading {
  const { text, encoding } = decodeText(bytes);
  if (encoding !== 'UTF-8') {
    throw new CofferError('source', `${file} is not UTF-8 text`, { hint: 'save it as UTF-8' });
  }
  return READERS[kind](text.replace(/^\uFEFF/, ''), file);
}

/** Whether sops encrypted a file: it keeps its own keys beside the values. */
export function isOfSops(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return /\bENC\[AES256_GCM,data:/.test(text) && /^\s*"?sops(?:"?\s*:|_version=)/m.test(text);
}
