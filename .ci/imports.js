// Checks the layers of src/: imports run downward, and neither files nor folders import in circles.
// Part of `npm run check`. Type imports count, so this reads the text instead of asking a bundler.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** From the bottom up. A row may import only from the rows below it. */
const LAYERS = [
  ['errors'],
  ['sizes'],
  ['crypto', 'aws', 'git', 'files', 'host'],
  ['manifest', 'stores', 'formats'],
  ['seal', 'plan', 'access', 'repo', 'page'],
  ['actions'],
  ['library'],
  ['index', 'cli', 'controller'],
  // It uses the flags of the command line, which parses them.
  ['ci'],
];
/** The stand-in for AWS shares no code with what it tests; only the command line starts it. */
const SANDBOX = 'sandbox';

const imports = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .flatMap((file) => importsOf(file).map((target) => [file, target]));
const problems = [...findUpward(), ...findCircles()];
for (const problem of problems) console.error(`imports: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The imports of a file from src/, as paths below it; data has no layer. */
function importsOf(file) {
  const text = readFileSync(join('src', file), 'utf8');
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+(?<!\.json))'/g)];
  return specifiers.map(([, specifier]) => join(dirname(file), specifier));
}

function findUpward() {
  return imports.flatMap(([from, to]) => {
    const [a, b] = [layerOf(from), layerOf(to)];
    if (topOf(from) === topOf(to)) return [];
    if (topOf(from) === SANDBOX && topOf(to) !== 'errors')
      return [`${from} may import only errors.ts, not ${to}`];
    if (topOf(to) === SANDBOX || topOf(from) === SANDBOX) {
      return topOf(from) === 'cli' || topOf(to) === 'errors' ? [] : [`${from} imports the sandbox`];
    }
    if (a < 0 || b < 0)
      return [`${a < 0 ? from : to} has no layer: name its folder in .ci/imports.js`];
    return b > a ? [`${from} imports ${to}, which is above it`] : [];
  });
}

function layerOf(file) {
  return LAYERS.findIndex((layer) => layer.includes(topOf(file)));
}

function topOf(file) {
  return file.split('/')[0].replace(/\.ts$/, '');
}

/** Import circles between the entries of one folder; a subfolder counts as one. */
function findCircles() {
  const folders = new Map();
  for (const [from, to] of imports) {
    const folder = commonFolder(from, to);
    const [a, b] = [from, to].map((file) => relative(folder, file).split('/')[0]);
    if (a === b) continue;
    const edges = folders.get(folder) ?? new Map();
    folders.set(folder, edges.set(a, (edges.get(a) ?? new Map()).set(b, `${from} → ${to}`)));
  }
  return [...folders].flatMap(([folder, edges]) => {
    const circle = findCircle(edges);
    if (!circle) return [];
    const steps = circle.map((name, i) => edges.get(name).get(circle[(i + 1) % circle.length]));
    return [`an import circle in src/${folder === '.' ? '' : folder}: ${steps.join(', ')}`];
  });
}

function commonFolder(a, b) {
  let folder = dirname(a);
  while (folder !== '.' && !b.startsWith(`${folder}/`)) folder = dirname(folder);
  return folder;
}

/** The names along one circle, if any. */
function findCircle(edges) {
  const done = new Set();
  const visit = (name, path) => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    if (done.has(name)) return undefined;
    done.add(name);
    for (const next of edges.get(name)?.keys() ?? []) {
      const circle = visit(next, [...path, name]);
      if (circle) return circle;
    }
    return undefined;
  };
  for (const name of edges.keys()) {
    const circle = visit(name, []);
    if (circle) return circle;
  }
  return undefined;
}
