// Turns the chunks of an ESM build into one script: a table of functions, one for each chunk, which
// src/cli/start/table.ts calls. Node then reads one file instead of a hundred, and V8 can keep the
// compiled code of all of it in one piece.
import { basename } from 'node:path';
import { transform } from 'esbuild';
import { joinMaps } from './source-map.js';

/**
 * esbuild copies the exports of each module once more, for programs that change them. Nobody does,
 * and without the copies coffer starts faster. The text stays as long as it is, for the source map.
 */
const COPIED = '__copyProps(__defProp({},"__esModule",{value:!0}),mod)';
const AS_IT_IS = '__defProp(mod,"__esModule",{value:!0})'.padEnd(COPIED.length);

/**
 * The script and its source map.
 * @param outputs esbuild's output files, all in one folder, with inline source maps
 */
export async function tableOf(outputs) {
  // Its value is the table; loaded by Node as a module, it exports the table.
  const lines = ['"use strict";(typeof module==="object"?module:{}).exports={'];
  const pieces = [];
  for (const { path, text } of outputs.filter(({ path }) => path.endsWith('.js'))) {
    const { code, map } = await transform(text, {
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
      sourcefile: basename(path),
      logLevel: 'warning',
    });
    const lean = code.replace(COPIED, AS_IT_IS);
    lines.push(`${JSON.stringify(`./${basename(path)}`)}(require,module,exports){`);
    pieces.push({ start: lines.length, map: JSON.parse(map) });
    lines.push(...lean.trimEnd().split('\n'), '},');
  }
  const code = `${[...lines, '};'].join('\n')}\n`;
  if (!code.includes(AS_IT_IS)) throw new Error('esbuild copies exports in another way now');
  return { code, map: joinMaps(pieces) };
}
