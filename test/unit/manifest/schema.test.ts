import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PARAMETER_KEYS, TOP_KEYS } from '../../../src/manifest/fields.ts';
import { validate as fits } from '../../../src/manifest/fits.gen.js';
import { validate } from '../../../src/manifest/validate.gen.js';
import { openDocument } from '../../../src/manifest/yaml/document.ts';
import { Faults } from '../../../src/manifest/yaml/faults.ts';
import { byLength } from '../../support/length.ts';
import { randomManifest } from './random-manifest.ts';
import { mutated } from './random-yaml.ts';

interface Schema {
  type?: string | string[];
  description?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  definitions?: Record<string, Schema>;
  items?: Schema;
}

const ROOT = new URL('../../../', import.meta.url);

async function readSchema(): Promise<Schema> {
  const text = await readFile(new URL('schemas/manifest.schema.json', ROOT), 'utf8');
  return JSON.parse(text) as Schema;
}

test('the schema has the keys that hints use', async () => {
  const schema = await readSchema();
  expect(Object.keys(schema.properties ?? {})).toEqual(TOP_KEYS);
  expect(Object.keys(schema.definitions?.['parameter']?.properties ?? {})).toEqual(PARAMETER_KEYS);
});

test('describes every property, and closes every map', async () => {
  const schema = await readSchema();
  for (const part of [schema, ...Object.values(schema.definitions ?? {})]) {
    if (part.type === 'object') expect(part.additionalProperties).not.toBe(undefined);
    for (const [key, { description, $ref }] of Object.entries(part.properties ?? {})) {
      const target = schema.definitions?.[$ref?.split('/').at(-1) ?? ''];
      expect(description ?? target?.description, key).toMatch(/\w{3}/);
    }
  }
});

test.each(['validate', 'fits'])('the compiled %s imports nothing', async (name) => {
  const code = await readFile(new URL(`src/manifest/${name}.gen.js`, ROOT), 'utf8');
  expect(code).not.toMatch(/^import |[^'.\w"]require\(|\beval\(|new Function\(/m);
});

test('both validators agree', () => {
  const answers = { true: 0, false: 0 };
  const texts = mutated(randomManifest.map(({ text }) => text));
  fc.assert(
    fc.property(texts, (text) => {
      const document = openDocument(text, new Faults());
      if (!document) return;
      const data = document.tree.data(document.root);
      const answer = fits(data);
      expect(answer).toBe(validate(data));
      answers[`${answer}`] += 1;
    }),
    { numRuns: byLength(100, 20_000) },
  );
  expect(Math.min(answers.true, answers.false)).toBeGreaterThan(1);
});
