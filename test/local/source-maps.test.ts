import { readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { expect, test } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);

test('the source map of the command line has positions in our own files only, and no text', async () => {
  const code = await readFile(new URL('commands.cjs', dist), 'utf8');
  const text = await readFile(new URL('commands.cjs.map', dist), 'utf8');
  const payload = JSON.parse(text) as SourceMapPayload;
  expect(payload.sourcesContent).toBeUndefined();
  expect(payload.sources.filter((source) => source.includes('node_modules'))).toEqual([]);

  const map = new SourceMap(payload);
  const sourceOf = (words: string) => {
    const before = code.slice(0, code.indexOf(words)).split('\n');
    const found = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0);
    return 'originalSource' in found ? found.originalSource : undefined;
  };
  expect(sourceOf(' within ${time}')).toMatch(/src\/aws\/waiting\.ts$/);
  expect(sourceOf('com.amazonaws.kms')).toBeUndefined();
});
