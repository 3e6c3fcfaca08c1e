import { describe, expect, test } from 'vitest';
import { CofferError } from '../../../src/errors.ts';
import { blob, blobLines, parse, withParameter as P } from './samples.ts';

/** `line:column message | hint` of every problem of a manifest. */
export function problemsOf(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof CofferError) || error.code !== 'manifest') throw error;
    return error.problems.map(({ message, hint, place }) => {
      expect(place?.file).toBe('m.yml');
      return `${place?.line}:${place?.column} ${message} | ${hint}`;
    });
  }
  return [];
}

export const V = (value: string) => P(`type: SecureString\nvalue: ${value}`);

/** A manifest with a blob whose lines `change` has changed. */
export const B = (change: (lines: string[]) => string[]) => {
  const lines = blobLines('', blob({ path: 'x.enc' }))
    .trimEnd()
    .split('\n');
  return P(['type: SecureString', 'blob:', ...change(lines).map((line) => `  ${line}`)].join('\n'));
};

/** Replaces the line of a key, or removes it. */
export const set = (key: string, line?: string) => (lines: string[]) =>
  lines.flatMap((old) => (!old.startsWith(`${key}:`) ? [old] : line === undefined ? [] : [line]));

export type Case = readonly [name: string, text: string, problems: readonly string[]];

/** A test for each case: it has exactly these problems, at these places. */
export function testProblems(group: string, cases: readonly Case[]): void {
  describe(group, () => {
    test.each(cases)('%s', (_, text, problems) => {
      expect(problemsOf(text)).toEqual(problems);
    });
  });
}
