// Turns the chunks of an ESM build into one script: a table of functions, one for each chunk, which
// src/cli/start/table.ts calls. Node then reads one file instead of a hundred, and V8 can keep the
// compiled code of all of it in one piece.
import { basename } from 'node:path';
import { transform } from 'esbuild';
import { joinMaps } from './source-map.js';

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
    lines.push(`${JSON.stringify(`./${basename(path)}`)}(require,module,exports){`);
    pieces.push({ start: lines.length, map: JSON.parse(map) });
    lines.push(...code.trimEnd().split('\n'), '},');
  }
  const code = `${[...lines, '};'].join('\n')}\n`;
  return { code, map: joinMaps(pieces) };
}
