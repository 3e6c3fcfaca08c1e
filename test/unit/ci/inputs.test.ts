import { expect, test } from 'vitest';
import { readInputs } from '../../../src/ci/inputs.ts';

test('never takes a file that a pattern found for a flag', () => {
  const found = ['--reveal.yml', '--endpoint-url=http:/mallory.example/x.yml', 'a b.yml'];
  expect(readInputs({ INPUT_MODE: 'diff' }, found).manifests).toEqual([
    './--reveal.yml',
    './--endpoint-url=http:/mallory.example/x.yml',
    'a b.yml',
  ]);
});
