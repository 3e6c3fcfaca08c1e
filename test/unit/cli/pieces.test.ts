import { expect, test } from 'vitest';
import { Pieces } from '../../../src/cli/start/pieces.ts';
import { requireFrom } from '../../../src/cli/start/table.ts';
import type { Piece } from '../../../src/cli/start/code-cache.ts';

/** `c` needs nothing, `start` needs it and asks for `late`, which needs `b` and `c`. */
const MODULES = [
  { name: 'start', needs: ['c'], code: 'exports.text = require("c").text;' },
  {
    name: 'c',
    needs: [],
    code: 'exports.text = "c";\nexports.fail = () => { throw new Error() };',
  },
  { name: 'other', needs: [], code: 'exports.text = ")}";' },
  { name: 'b', needs: [], code: 'exports.text = "b";' },
  {
    name: 'late',
    needs: ['b', 'c'],
    code: 'exports.text = require("b").text + require("c").text;',
  },
];

/** Another text each time: in one process, V8 takes a text that it knows from its own memory. */
let files = 0;

/** A file as the build writes it, and what it says of the modules. */
function createFile(note: number) {
  let text = 'exports = {\n';
  const rows = MODULES.map(({ name, needs, code }) => {
    const [line, start] = [text.split('\n').length - 1, text.length];
    text += `${JSON.stringify(name)}(require,module,exports){\n${code} // ${note}\n},\n`;
    const places = needs.map((needed) => MODULES.findIndex((one) => one.name === needed));
    return [name, line, start, text.length, places];
  });
  return { text: `${text}};\n`, rows: JSON.stringify(rows) };
}

function createModules(known: readonly Piece[] = [], note = (files += 1)) {
  const { text, rows } = createFile(note);
  const read: string[] = [];
  const copy = (start: number, end: number, into: Buffer, offset: number) => {
    const part = text.slice(start, end);
    read.push(...[...part.matchAll(/^"(\w+)"/gm)].map(([, name = '']) => name));
    into.write(part, offset, 'latin1');
  };
  const pieces = new Pieces({ name: 'all.cjs', copy }, rows, known);
  const load = requireFrom(
    (name) => pieces.find(name),
    [],
    () => undefined,
  ) as (name: string) => { text: string; fail: () => void };
  return { pieces, load, read, text, note };
}

test('reads a module with what it needs, and nothing twice', () => {
  const { load, read } = createModules();
  expect(load('start').text).toBe('c');
  expect(read).toEqual(['start', 'c']);
  expect(load('late').text).toBe('bc');
  expect(read).toEqual(['start', 'c', 'b', 'late']);
  expect(load('unknown')).toBeUndefined();
});

test('what it compiled serves the next run, as far as that needs the same', () => {
  const first = createModules();
  first.load('start');
  const kept = first.pieces.keep() ?? [];
  expect(kept.map(({ modules }) => modules)).toEqual(['0 1']);

  const second = createModules(kept, first.note);
  second.load('start');
  expect(second.pieces.keep()).toBeUndefined();
  second.load('late');
  expect(second.pieces.keep()?.map(({ modules }) => modules)).toEqual(['0 1', '3 4']);

  const third = createModules(second.pieces.keep() ?? [], first.note);
  expect(third.load('late').text).toBe('bc');
  // `c` belongs to another piece now; the others stay, behind those of this run.
  expect(third.pieces.keep()?.map(({ modules }) => modules)).toEqual(['1 3 4', '0 1', '3 4']);
});

test('compiles what V8 does not take back, and keeps that instead', () => {
  const known = [{ modules: '0 1', data: Buffer.from('of another V8') }];
  const { load, pieces, note } = createModules(known);
  expect(load('start').text).toBe('c');
  const [piece] = pieces.keep() ?? [];
  const again = createModules(piece ? [piece] : [], note);
  again.load('start');
  expect(again.pieces.keep()).toBeUndefined();
});

test('stack traces have the lines of the file', () => {
  const { load, text } = createModules();
  load('late');
  const line = text.split('\n').findIndex((one) => one.includes('throw')) + 1;
  const column = (text.split('\n')[line - 1]?.indexOf('new Error') ?? 0) + 1;
  let stack: string | undefined;
  try {
    load('c').fail();
  } catch (error) {
    ({ stack } = error as Error);
  }
  expect(stack).toContain(`all.cjs:${line}:${column}`);
});
