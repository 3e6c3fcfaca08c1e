import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startServer } from '../../support/bad-server.ts';
import { run } from '../../support/cli.ts';

type Permissions = Readonly<Record<string, string>>;

interface Workflow {
  permissions?: Permissions;
  jobs: Readonly<Record<string, { permissions?: Permissions; steps?: Step[] }>>;
}

interface Step {
  uses?: string;
  with?: Readonly<Record<string, unknown>>;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name));
}

const OURS = filesIn('.github/workflows');
const EXAMPLES = filesIn('examples/ci/github');
const DOCS = ['README.md', ...filesIn('docs')];

/** The rights that a workflow needs beyond reading the code. */
const WRITES: Readonly<Record<string, Permissions>> = {
  '.github/workflows/release.yml': { contents: 'write', 'id-token': 'write' },
  'examples/ci/github/drift.yml': { 'id-token': 'write' },
  'examples/ci/github/merge.yml': { 'id-token': 'write' },
  'examples/ci/github/report.yml': { 'id-token': 'write' },
  'examples/ci/github/pull-request.yml': { 'id-token': 'write', 'pull-requests': 'write' },
};

function read(file: string): Workflow {
  return parse(readFileSync(file, 'utf8')) as Workflow;
}

test.each([...OURS, ...EXAMPLES, ...DOCS, 'action.yml'])(
  '%s names actions by commit, with the version in a comment',
  (file) => {
    const uses = readFileSync(file, 'utf8').match(/^\s*-?\s*uses: .*$/gm) ?? [];
    for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/);
    if (OURS.includes(file)) expect(uses).not.toEqual([]);
  },
);

test.each([...OURS, ...EXAMPLES])('%s has the least permissions', (file) => {
  const { permissions, jobs } = read(file);
  expect(permissions).toBeDefined();
  const given = [permissions, ...Object.values(jobs).map((job) => job.permissions)];
  const writes = given.flatMap((one) =>
    Object.entries(one ?? {}).filter(([, right]) => right !== 'read'),
  );
  expect(Object.fromEntries(writes)).toEqual(WRITES[file] ?? {});
});

test.each(OURS)('%s leaves no token in its checkout', (file) => {
  const steps = Object.values(read(file).jobs).flatMap((job) => job.steps ?? []);
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(checkouts).not.toEqual([]);
  for (const step of checkouts) expect(step.with?.['persist-credentials']).toBe(false);
});

describe('the build', () => {
  interface Component {
    name: string;
    version: string;
    purl: string;
    licenses: { license: { id: string } }[];
    hashes?: { alg: string; content: string }[];
  }

  const bill = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8')) as {
    bomFormat: string;
    components: Component[];
  };
  const texts = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8').split('\n\n----\n\n');

  test('lists every bundled package with its hash, as CycloneDX does', () => {
    expect(bill.bomFormat).toBe('CycloneDX');
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-kms', 'cac', 'yaml']));
    for (const { name, version, purl, hashes } of bill.components) {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  test('has the full licence text of each', () => {
    const heads = bill.components.map(
      ({ name, version, licenses }) => `${name} ${version} (${licenses[0]?.license.id})`,
    );
    expect(texts.map((text) => text.split('\n', 1)[0])).toEqual(heads);
    for (const text of texts) expect(text).toMatch(/WITHOUT WARRANT|AS IS|NO WARRANT/i);
  });
});

/** Runs the audit against a registry that answers `advisories`, or with an error without any. */
async function audit(advisories?: object) {
  const { url } = await startServer((request, response) => {
    const isAsked = request.url?.endsWith('/advisories/bulk') && advisories;
    response.writeHead(isAsked ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isAsked ? advisories : {}));
  });
  const env = { PATH: process.env['PATH'] ?? '', npm_config_registry: url };
  return run(process.execPath, ['.ci/audit.js'], { cwd: process.cwd(), env });
}

describe('the audit of bundled packages', () => {
  const FAULT = { id: 1, title: 'a fault', severity: 'high', vulnerable_versions: '*', url: '' };

  test('fails for a known fault of one of them', async () => {
    const { code, stdout } = await audit({ yaml: [FAULT] });
    expect(stdout.toString()).toContain('high: yaml');
    expect(code).toBe(1);
  });

  test('passes over a fault of what only the tests use', async () => {
    const { code, stdout } = await audit({ knip: [FAULT] });
    expect(stdout.toString()).toContain(' 0 with known faults');
    expect(code).toBe(0);
  });

  test('passes if the registry does not answer, and says so', async () => {
    const { code, stdout } = await audit();
    expect(stdout.toString()).toContain('no audit: the registry did not answer');
    expect(code).toBe(0);
  });
});
