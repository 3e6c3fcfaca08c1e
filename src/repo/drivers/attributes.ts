import { readFile, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { undefinedIfMissing } from '../../files/errors.ts';
import { replaceFile } from '../../files/replace.ts';
import { refuseTrackedLink } from '../../seal/outward-link.ts';
import { git } from '../../git/repository.ts';

const DRIVERS = 'diff=coffer merge=coffer';

/** Blobs are binary, whatever other lines say; Git LFS may still store them. */
const BLOBS = '**/*.blobs/*.enc -text';

/** The lines added to or removed from `.gitattributes`. */
export type AttributeLines = readonly string[];

/** Adds the drivers for patterns, relative to the top folder. */
export async function addAttributes(
  root: string,
  patterns: readonly string[],
): Promise<AttributeLines> {
  const { file, text, lines, eol } = await readAttributes(root);
  const wanted = [...patterns.map((pattern) => `${quoted(pattern)} ${DRIVERS}`), BLOBS];
  const added = [...new Set(wanted)].filter((line) => !lines.includes(line));
  if (added.length === 0) return [];
  const separator = text === '' || text.endsWith('\n') ? '' : eol;
  await replaceFile(file, text + separator + added.map((line) => line + eol).join(''));
  return added;
}

/** Removes coffer's lines, and the file if it becomes empty. */
export async function removeAttributes(root: string): Promise<AttributeLines> {
  const { file, lines, eol } = await readAttributes(root);
  const removed = lines.filter(isOurs);
  if (removed.length === 0) return [];
  const kept = lines.filter((line) => !isOurs(line));
  if (kept.every((line) => line === '')) await rm(file);
  else await replaceFile(file, kept.join(eol));
  return removed;
}

/** The files, relative to `root`, that git does not merge with coffer yet. */
export async function withoutDriver(root: string, files: readonly string[]): Promise<string[]> {
  if (files.length === 0) return [];
  const fields = (await git(root, ['check-attr', '-z', 'merge', '--', ...files])).split('\0');
  return files.filter((_, index) => fields[3 * index + 2] !== 'coffer');
}

/** A pattern that matches only this file. */
export function patternOf(file: string): string {
  return `/${file.replaceAll(/[\\*?[]/g, '\\$&')}`;
}

/** Converts a pattern relative to `folder` to one relative to the top folder. */
export function fromTop(root: string, folder: string, pattern: string): string {
  const below = relative(root, folder).split(sep).join('/');
  const start = below === '' ? '' : patternOf(below);
  return `${start}/${pattern.replace(/^\.?\//, '')}`;
}

function isOurs(line: string): boolean {
  return line.endsWith(` ${DRIVERS}`) || line === BLOBS;
}

function quoted(pattern: string): string {
  return /[\s"]/.test(pattern) ? JSON.stringify(pattern) : pattern;
}

async function readAttributes(root: string) {
  const file = join(root, '.gitattributes');
  await refuseTrackedLink(file);
  const text = (await readFile(file, 'utf8').catch(undefinedIfMissing)) ?? '';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return { file, text, eol, lines: text.split(/\r?\n/) };
}
