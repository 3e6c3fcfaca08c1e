import { transform } from 'esbuild';
import { expect, test } from 'vitest';
// @ts-expect-error: no types, as it is a script of the build.
import * as build from '../../exports.js';

const { exportValues } = build as { exportValues: (code: string) => string };

/** A module as the build transforms it. */
async function exportsOf(code: string): Promise<Record<string, unknown>> {
  const { code: transformed } = await transform(code, {
    format: 'cjs',
    platform: 'node',
    minifySyntax: true,
    minifyWhitespace: true,
  });
  const module = { exports: {} };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  new Function('require', 'module', 'exports', exportValues(transformed))(
    () => ({}),
    module,
    module.exports,
  );
  return module.exports;
}

test('a module exports plain values, under their other names too', async () => {
  const found = await exportsOf(`
    import 'node:fs';
    const one = 1; class Two {}
    function three() { return one; }
    export { one, Two, three as other };
  `);
  expect(Object.keys(found)).toEqual(['__esModule', 'Two', 'one', 'other']);
  expect(found).toMatchObject({ one: 1, other: expect.any(Function) as unknown });
  expect(Object.getOwnPropertyDescriptor(found, 'one')).toHaveProperty('value', 1);
});

test.each([
  ['x = 2', 'let x = 1;'],
  ['x += 1', 'let x = 1;'],
  ['x++', 'let x = 1;'],
  ['[x] = [2]', 'let x = 1;'],
  ['({ a: x } = { a: 2 })', 'let x = 1;'],
  ['({ a: [x = 2] } = { a: [] })', 'let x = 1;'],
  ['for (x of [2]);', 'let x = 1;'],
  ['for (x in { 2: 0 });', 'let x = 1;'],
  ['x = 2', 'let x;'],
])('%s, done later, is seen by who imports x from %s', async (change, declaration) => {
  const found = await exportsOf(`${declaration} export { x }; export function f() { ${change} }`);
  const before = found['x'];
  (found['f'] as () => void)();
  expect(Number(found['x'])).toBe(2);
  expect(before).not.toBe(found['x']);
});

test('another form of esbuild is noticed', () => {
  expect(() => exportValues('exports.x = 1;')).toThrow('in another way');
});
