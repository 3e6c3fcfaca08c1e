// `npm run bench -- NAME [argument]` runs one benchmark of this folder, and fails if its limit is
// exceeded.
import { existsSync, readdirSync } from 'node:fs';

const folder = new URL('.', import.meta.url);
const [name = ''] = process.argv.splice(2, 1);
const file = new URL(`${name}.js`, folder);

if (/^[\w-]+$/.test(name) && name !== 'run' && existsSync(file)) {
  await import(file.href);
} else {
  const names = readdirSync(folder)
    .map((entry) => /^([\w-]+)\.js$/.exec(entry)?.[1])
    .filter((entry) => entry !== undefined && entry !== 'run');
  process.stderr.write(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}\n`);
  process.exitCode = 2;
}
