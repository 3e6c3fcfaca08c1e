import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SCHEMA = here('manifest.schema.json');
const VALIDATOR = here('../src/manifest/validate.gen.js');

/** Writes the manifest schema's validator to `outFile`, as one ESM file without imports. */
export async function compileSchema(outFile = VALIDATOR) {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'));
  const ajv = new Ajv.default({
    allErrors: true,
    // Errors then contain the schema they violate, and its errorMessage.
    verbose: true,
    strict: true,
    allowUnionTypes: true,
    // AWS counts UTF-16 units. The option works, but ajv logs that it is deprecated.
    unicode: false,
    logger: false,
    keywords: ['errorMessage', 'patternErrorMessage'],
    code: { source: true, esm: true },
  });
  const code = standaloneCode.default(ajv, ajv.compile(schema));
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here('.'), loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  for (const file of outputFiles) await writeFile(outFile, file.contents);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileSchema();
