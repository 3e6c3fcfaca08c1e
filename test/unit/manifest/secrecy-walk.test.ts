import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkManifests } from '../../../src/repo/check/check.ts';
import { CofferError } from '../../../src/errors.ts';
import { renderErrorJson } from '../../../src/cli/terminal/problems.ts';
import { dataKeyLines, parse, SEALED } from './samples.ts';
import { byLength } from '../../support/length.ts';
import { ON_A_DAY } from '../../support/repository.ts';

const CORE = 'c4n4ryS3cr3t';
/** A text that is not a valid name or path, so it is a value in every place. */
const CANARY = `+${CORE}+`;

/** A manifest with a value of every kind. */
const MANIFEST = `path: /a/
region: us-east-1
kmskey: alias/a
bucket: some-bucket
tags: {team: x, 'cost center': "17"}
encrypted_with: arn:aws:kms:us-east-1:111122223333:key/a
data_keys:
${dataKeyLines('3f9c21ab')}parameters:
  # one of each
  - name: plain
    description: words
    type: SecureString
    value: ${CANARY}
  - {name: quoted, type: SecureString, value: "a ${CANARY}", allowed_pattern: '^[a-z]+$'}
  - name: block
    type: SecureString
    value: |
      first
      ${CANARY}
  - name: list
    type: StringList
    value: [one, ${CANARY}, 'three']
  - {name: sealed, type: securestring, value: '${SEALED}', tier: Standard, store: auto}
  - {name: typed, type: String, value: 1.10, data_type: text, tags: {own: x}}
  - {name: made, type: SecureString, max_age: 90d, changed: 2025-01-01, generate: {length: 8, charset: alnum, require: [lower]}}
`;

/** Every position where something begins or ends. */
const EDGES = [...MANIFEST.matchAll(/\b|$/gm)]
  .map(({ index }) => index)
  // The secret stays whole, or the test would not find it.
  .filter((at) => !/[+\w]/.test(MANIFEST.slice(at - 1, at)) || !isWithinCanary(at));

function isWithinCanary(at: number): boolean {
  for (
    let from = MANIFEST.indexOf(CANARY);
    from !== -1;
    from = MANIFEST.indexOf(CANARY, from + 1)
  ) {
    if (at > from && at < from + CANARY.length) return true;
  }
  return false;
}

/** Everything that the parser and check say about a text. */
async function told(text: string): Promise<string> {
  const words: string[] = [];
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    words.push(renderErrorJson(error), String(error.stack), String(error.cause));
  }
  const { problems, warnings } = await checkManifests(
    {
      sources: [{ file: 'm.yml', path: '/x/m.yml', bytes: Buffer.from(text) }],
      warnings: [],
      isFiltered: false,
      concerns: () => true,
      follow: (path) => Promise.resolve(path),
      locate: (_, path) => Promise.resolve({ path, isAllowed: false }),
      fingerprint: () => Promise.resolve(undefined),
      tracked: () => Promise.resolve(undefined),
      close: () => {},
    },
    ON_A_DAY,
  );
  words.push(JSON.stringify([problems, warnings]));
  return words.join('\n');
}

describe('an error never quotes a possible value', () => {
  test('in any place of the manifest', async () => {
    // Keys and values alike, one after the other.
    for (const { index, 0: word } of MANIFEST.matchAll(/[^\s{}[\],:|#'"]+/g)) {
      for (const written of [CANARY, `x,${CANARY}`, `{${CANARY}}`, `"${CANARY}`, `${CANARY}: `]) {
        const text = MANIFEST.slice(0, index) + written + MANIFEST.slice(index + word.length);
        expect(await told(text), `${word} at ${index}: ${written}`).not.toContain(CORE);
      }
    }
  });

  test('in any broken combination of the text', async () => {
    const edge = fc.constantFrom(...EDGES);
    const piece = fc
      .tuple(edge, edge)
      .map(([a, b]) => MANIFEST.slice(Math.min(a, b), Math.max(a, b)));
    const joint = fc.constantFrom(
      '',
      ' ',
      '\n',
      ': ',
      ', ',
      '- ',
      '{',
      '}',
      '[',
      '"',
      "'",
      '\n    ',
    );
    await fc.assert(
      fc.asyncProperty(
        edge,
        fc.array(fc.tuple(joint, piece), { maxLength: 3 }),
        edge,
        async (before, middle, after) => {
          const text = MANIFEST.slice(0, before) + middle.flat().join('') + MANIFEST.slice(after);
          // The path in the manifest may be shown.
          fc.pre(!/(?:file|path)["']?\s*:[^\n]*c4n4ry/.test(text));
          expect(await told(text)).not.toContain(CORE);
        },
      ),
      { numRuns: byLength(40, 400) },
    );
  });
});
