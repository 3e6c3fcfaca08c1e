// `npm run mutations [NAME…]` proves that the tests notice faults: it puts one fault after the other
// into a copy of the tree and runs the fast rings there. A fault that no test notices is missed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTATIONS } from './list.js';

/** They look at the tree or the bundle, and fail in every copy. */
const OF_THE_TREE = ['supply-chain', 'mutations', 'package'];

const words = process.argv.slice(2);
const chosen = MUTATIONS.filter(
  ({ fault }) => words.length === 0 || words.some((word) => fault.includes(word)),
);
const copy = mkdtempSync(join(tmpdir(), 'coffer-mutations-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

copyTree();
build();
const problems = chosen.length > 0 ? [] : [`no fault is called ${words.join(' ')}`];
const catchers = new Set();
for (const mutation of chosen) {
  const { verdict, test, isCaught } = await judge(mutation);
  say(`${verdict}: ${mutation.fault}${test ? `\n        ${test.file}: ${test.name}` : ''}`);
  if (!isCaught) problems.push(`${verdict}: ${mutation.fault}`);
  if (test) catchers.add(test.file);
}
// A test that fails anyway catches nothing.
build();
const failing = catchers.size > 0 && (await runTests([...catchers]));
if (failing) problems.push(`${failing.file} fails without any fault: ${failing.name}`);

say(`\n${chosen.length} faults, ${problems.length} problems`);
for (const problem of problems) say(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** What git knows or would take in; the checkout itself is never touched. */
function copyTree() {
  const names = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const name of names.split('\0').filter((name) => name !== '' && existsSync(name))) {
    cpSync(name, join(copy, name));
  }
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
}

async function judge({ file, find, replace }) {
  const path = join(copy, file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const count = text.split(find).length - 1;
  if (count !== 1) return { verdict: `outdated (its text is ${count} times in ${file})` };
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    for (const { paths, startsProcesses } of ringsFor(file)) {
      if (startsProcesses) build();
      const test = await runTests(paths);
      if (test) return { verdict: 'caught', isCaught: true, test };
    }
    return { verdict: 'missed' };
  } finally {
    writeFileSync(path, text);
  }
}

/** Makes what the tests start that need a process. */
function build() {
  execFileSync('node', ['build.js'], { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The tests that are most likely to notice come first; the last ring runs only for what they miss. */
function ringsFor(file) {
  const [, nearest] = file.split('/');
  // The tests of the stand-in for AWS know nothing of the rest.
  const others = readdirSync('test/unit').filter((name) => name !== nearest && name !== 'sandbox');
  return [
    ...(existsSync(`test/unit/${nearest}`) ? [{ paths: [`test/unit/${nearest}/`] }] : []),
    { paths: ['test/actions/', ...others.map((name) => `test/unit/${name}/`)] },
    { paths: ['test/integration/', 'test/sandbox/', 'test/local/'], startsProcesses: true },
  ];
}

/** The first test that fails. */
async function runTests(paths) {
  const report = join(copy, 'first-failure.json');
  rmSync(report, { force: true });
  // On a busy machine a slow test is no failed one.
  const options = ['--bail=1', '--retry=0', '--testTimeout=180000'];
  const without = OF_THE_TREE.map((name) => `--exclude=test/unit/ci/${name}.test.ts`);
  const reporter = '--reporter=./test/mutations/first-failure.js';
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project=sandbox',
    ...options,
    ...without,
    reporter,
  ];
  const child = spawn('node', [...vitest, ...paths], { cwd: copy, stdio: ['ignore', 2, 2] });
  await once(child, 'exit');
  if (!existsSync(report)) throw new Error('vitest did not run');
  const { failed, isWhole } = JSON.parse(readFileSync(report, 'utf8'));
  if (!failed && !isWhole) throw new Error('a test file does not load');
  return failed;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
