// Asks npm's registry for known faults in the packages that the bundle holds. A registry that
// cannot be reached does not fail the gate: it says nothing about coffer.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { components } = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8'));
const bundled = new Set(components.map(({ name }) => name));
const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: 120_000 });
const report = parse(stdout);

if (report?.vulnerabilities === undefined) {
  console.log(`no audit: the registry did not answer (${report?.message ?? 'no report'})`);
} else {
  const found = Object.values(report.vulnerabilities).filter(({ name }) => bundled.has(name));
  for (const { name, severity, range } of found) console.log(`${severity}: ${name} ${range}`);
  console.log(`${bundled.size} bundled packages, ${found.length} with known faults`);
  if (found.length > 0) process.exitCode = 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
