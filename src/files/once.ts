import { resolve } from 'node:path';
import { realpath } from './at-once.ts';

/** The real paths of files, each with the names that lead there; `-` leads to itself. */
export async function groupByTarget(
  files: readonly string[],
  folder = '.',
): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const path = resolve(folder, file);
    const target = file === '-' ? file : await realpath(path).catch(() => path);
    groups.set(target, [...(groups.get(target) ?? []), file]);
  }
  return groups;
}

/** Each file once, by the first of its names. */
export async function eachOnce(files: readonly string[], folder?: string): Promise<string[]> {
  return [...(await groupByTarget(files, folder)).values()].flatMap(([first]) => first ?? []);
}
