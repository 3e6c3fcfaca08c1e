// `npm run bench -- [row…] [options]` measures coffer against other programs: each row is timed in
// turn with its peers, and the medians are compared. Rows are chosen by the beginnings of their
// names; without any, all run, in less than half an hour on a quiet machine.
//
//   --list           names the rows
//   --quick          fewer rounds and smaller sizes: to try a change, not to judge it
//   --node FILE      also runs everything with this Node
//   --write          writes bench/RESULTS.md
//
// Exits 1 if a bound is exceeded or a row fails.
import { parseArgs } from 'node:util';
import { execFileSync } from 'node:child_process';
import { createLab } from './support/lab.js';
import { measure } from './support/measure.js';
import { describeMachine, formatRow, writeResults } from './support/report.js';
import * as startUp from './rows/start-up.js';
import * as secrets from './rows/secrets.js';
import * as large from './rows/large.js';
import * as sync from './rows/sync.js';
import * as streams from './rows/streams.js';

const SUBJECTS = [startUp, secrets, large, sync, streams];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
  },
});
const names = SUBJECTS.flatMap(({ rows }) => rows.map(({ name }) => name));
/** `diff-1000` is one row, although the name of another one begins with it. */
const isMeant = (word, name) => (names.includes(word) ? name === word : name.startsWith(word));
const isWanted = ({ name }) =>
  positionals.length === 0 || positionals.some((word) => isMeant(word, name));
const unknown = positionals.filter((word) => !names.some((name) => isMeant(word, name)));

if (unknown.length > 0) {
  process.stderr.write(`no row begins with ${unknown.join(', ')}; --list names them\n`);
  process.exitCode = 2;
} else if (options.list) {
  for (const { rows } of SUBJECTS)
    rows.forEach(({ name, what }) => say(`${name.padEnd(24)}${what}`));
} else {
  process.exitCode = await run();
}

async function run() {
  const machine = describeMachine();
  say(machine.join('\n'));
  const results = [];
  for (const node of [process.execPath, ...options.node]) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    for (const { subject, rows } of SUBJECTS) {
      const chosen = rows.filter(isWanted);
      if (chosen.length === 0) continue;
      say(`\n${subject}, Node ${version.slice(1)}`);
      const measured = await runRows(chosen, node);
      results.push({ subject, version, rows: measured });
    }
  }
  if (options.write) await writeResults(machine, results, options.quick);
  const all = results.flatMap(({ rows }) => rows);
  return all.some(({ failure, verdict }) => failure || verdict === 'exceeded') ? 1 : 0;
}

/** Runs the rows of one subject in a lab of their own. */
async function runRows(rows, node) {
  const lab = await createLab({ node, isQuick: options.quick });
  const measured = [];
  try {
    for (const row of rows) {
      const result = await measure(row, lab);
      formatRow(result).forEach(say);
      measured.push(result);
    }
  } finally {
    await lab.close();
  }
  return measured;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
