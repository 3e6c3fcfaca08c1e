import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { isInstalled } from './lab.js';

const RESULTS = new URL('../RESULTS.md', import.meta.url);

/** How each peer tells its version. */
const PEERS = {
  sops: ['--version'],
  chamber: ['version'],
  psyml: ['--version'],
  aws: ['--version'],
  s5cmd: ['version'],
  age: ['--version'],
  openssl: ['version'],
};

/** Lines that say where the figures are from. */
export function describeMachine() {
  const peers = Object.entries(PEERS).map(([program, args]) =>
    isInstalled(program) ? `${program}: ${versionOf(program, args)}` : `${program}: not installed`,
  );
  const memory = Math.round(totalmem() / 1024 ** 3);
  const load = loadavg()[0] / availableParallelism();
  return [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory} GiB, ${type()} ${release()}`,
    `Load of ${load.toFixed(1)} a core at the start${load > 0.5 ? ': the machine is busy, so times are too long and ratios uncertain' : ''}`,
    ...peers,
  ];
}

function versionOf(program, args) {
  try {
    const text = execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim().split('\n')[0];
  } catch {
    return 'does not tell its version';
  }
}

/** A row as lines for a terminal. */
export function formatRow({ name, skip, failure, skipped = [], ...row }) {
  if (skip) return [`  ${name}: skipped, ${skip}`];
  if (failure) return [`  ${name}: FAILED: ${failure}`];
  const { time, peers, bound, cpu, peak, calls } = cells(row);
  const line = [time, peers, bound, `CPU ${cpu}`, peak, calls].filter(Boolean).join(' · ');
  return [
    `  ${name.padEnd(22)} ${line}`,
    ...skipped.map((reason) => `    skipped a peer: ${reason}`),
  ];
}

/** Rows as the file bench/RESULTS.md. */
export async function writeResults(machine, results, isQuick) {
  const tables = results.map(({ subject, version, rows }) => {
    const lines = rows.map((row) => {
      if (row.skip || row.failure) {
        return `| ${row.what} | ${row.skip ? `skipped: ${row.skip}` : 'failed'} | | | | | |`;
      }
      const { time, peers, bound, cpu, peak, calls } = cells(row);
      return `| ${[row.what, time, peers, bound, cpu, peak, calls].join(' | ')} |`;
    });
    return [
      `## ${subject}, Node ${version.slice(1)}\n`,
      '| what | coffer | peers: time, ratio | bound | CPU | peak memory | calls |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...lines,
      ...skippedPeers(rows),
    ].join('\n');
  });
  const intro = [
    '# Results of the benchmark\n',
    `Written by \`npm run bench -- --write${isQuick ? ' --quick' : ''}\`. Times are medians of runs in turn with their peers; a ratio is coffer's time to the peer's.${isQuick ? ' **A quick run: sizes are smaller than the names say, and the figures do not count.**' : ''}\n`,
    ...machine.map((line) => `- ${line}`),
  ].join('\n');
  await writeFile(RESULTS, `${[intro, ...tables].join('\n\n')}\n`);
}

function skippedPeers(rows) {
  const reasons = [...new Set(rows.flatMap(({ skipped = [] }) => skipped))];
  return reasons.length > 0 ? [`\nSkipped peers: ${reasons.join('; ')}.`] : [];
}

function cells({ seconds, ratios, looks, bound, verdict }) {
  const { cpu, peak, calls } = looks.coffer;
  const limits = [
    bound?.ratio && `${bound.ratio} × ${bound.peer}`,
    bound?.seconds && `${bound.seconds} s`,
    bound?.peak && `${bound.peak} MiB`,
  ].filter(Boolean);
  return {
    time: formatSeconds(seconds.coffer),
    peers: Object.entries(ratios)
      .map(([peer, ratio]) => `${peer} ${formatSeconds(seconds[peer])}, ${ratio.toFixed(2)} ×`)
      .join('; '),
    bound: limits.length > 0 ? `at most ${limits.join(', ')}: ${verdict || 'not measured'}` : '',
    cpu: formatSeconds(cpu),
    peak: peak === undefined ? '' : `${Math.round(peak)} MiB`,
    calls: Object.entries(calls)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
  };
}

function formatSeconds(time) {
  return time < 1 ? `${Math.round(time * 1000)} ms` : `${time.toFixed(2)} s`;
}
