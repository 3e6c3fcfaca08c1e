import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SCHEMA = here('manifest.schema.json');
/** Names every error. Errors contain the schema that they violate, and its errorMessage. */
const VALIDATOR = [here('../src/manifest/validate.gen.js'), { allErrors: true, verbose: true }];
/** Only says whether there is an error. Nothing reads what its errors say. */
const TEST = [here('../src/manifest/fits.gen.js'), { messages: false }];
/** An error as ajv writes it, the last thing in its line. */
const ERROR = /\{ instancePath[:,].*\}(?=\]?;$)/gm;

/** Writes the validators of the manifest schema, each as one ESM file without imports. */
export async function compileSchema() {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'));
  for (const [outFile, options] of [VALIDATOR, TEST]) await compile(schema, outFile, options);
}

async function compile(schema, outFile, options) {
  const ajv = new Ajv.default({
    ...options,
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
  const [{ text }] = outputFiles;
  await writeFile(outFile, options.allErrors ? text : text.replaceAll(ERROR, '{}'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileSchema();
