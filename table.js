// Turns the chunks of an ESM build into one script: a table of functions, one for each chunk, which
// src/cli/start/table.ts calls. Node then reads one file instead of a hundred, and V8 can keep the
// compiled code of all of it in one piece.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { transform } from 'esbuild';
import { exportValues } from './exports.js';
import { joinMaps } from './source-map.js';

/** Stands where the hash of all of it will be, which the program that reads it compares. */
const NO_HASH = '0'.repeat(16);

/** The length of `lines` in a file, with the ends of the lines. */
const lengthOf = (lines) => lines.reduce((sum, line) => sum + line.length + 1, 0);

/**
 * The script, its source map, and where its modules are, as src/cli/start/pieces.ts reads it.
 * @param outputs esbuild's output files, all in one folder, with inline source maps
 * @param imports of each file by its name, those that it needs as soon as it runs
 * @param entry the file that runs first
 */
export async function tableOf(outputs, imports, entry) {
  // Its value is the table; loaded by Node as a module, it exports the table.
  const lines = [`"use strict";/*${NO_HASH}*/(typeof module==="object"?module:{}).exports={`];
  const pieces = [];
  const modules = [];
  let end = lengthOf(lines);
  const files = outputs.filter(({ path }) => path.endsWith('.js'));
  const texts = new Map(files.map(({ path, text }) => [basename(path), text]));
  const names = inOrder([...texts.keys()], imports, entry);
  for (const name of names) {
    const { code, map } = await transform(texts.get(name), {
      format: 'cjs',
      // Inside, modules are only looked up in the table. Node 20 has no import() there, and neither
      // has a single executable.
      supported: { 'dynamic-import': false },
      platform: 'node',
      target: 'node20',
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      sourcemap: 'external',
      sourcefile: name,
      logLevel: 'warning',
    });
    const head = `${JSON.stringify(`./${name}`)}(require,module,exports){`;
    const added = [head, ...exportValues(code).trimEnd().split('\n'), '},'];
    const needs = imports[name].map((needed) => names.indexOf(needed));
    modules.push([`./${name}`, lines.length, end, (end += lengthOf(added)), needs]);
    lines.push(...added);
    pieces.push({ start: lines.length - added.length + 1, map: JSON.parse(map) });
  }
  const text = `${[...lines, '};'].join('\n')}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, NO_HASH.length);
  const code = text.replace(NO_HASH, hash);
  if (/[^\0-\x7f]/.test(code)) throw new Error('positions are wrong: the script is not ASCII');
  return { code, hash, map: joinMaps(pieces), modules };
}

/**
 * The names so that what is needed together lies together: what `entry` needs first. A module exports
 * nothing until it has run, so none may need itself.
 */
function inOrder(names, imports, entry) {
  const found = new Set();
  const visit = (name, waiting) => {
    if (waiting.includes(name)) throw new Error([...waiting, name].join(' needs '));
    if (found.has(name)) return;
    found.add(name);
    for (const needed of imports[name]) visit(needed, [...waiting, name]);
  };
  for (const name of [entry, ...names]) visit(name, []);
  return [...found];
}
