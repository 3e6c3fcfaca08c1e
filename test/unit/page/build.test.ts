import { describe, expect, test } from 'vitest';
import { CofferError } from '../../../src/errors.ts';
import { parseManifest } from '../../../src/manifest/index.ts';
import { inEachRegion } from '../../../src/manifest/regions.ts';
import { buildOverview, type Survey } from '../../../src/page/build.ts';
import type { Change } from '../../../src/stores/model.ts';
import { actual, desired, secret } from '../plan/states.ts';

const NOW = new Date('2026-11-27T09:30:00Z');
const HEAD = 'region: us-east-1\nkmskey: alias/app\n';

function manifestOf(parameters: string, { head = HEAD, file = 'app.yml' } = {}) {
  return parseManifest(`path: /app/\n${head}parameters:\n${parameters}`, file);
}

function build(...surveys: (Partial<Survey> & Pick<Survey, 'manifest'>)[]) {
  return buildOverview(
    surveys.map((survey) => ({ commit: undefined, problems: [], regions: [], ...survey })),
    { now: NOW, isCompared: true },
  );
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const PLAIN = NAMES.map((name) => `  - {name: ${name}, type: String, value: x}\n`).join('');

function change(name: string, more: Partial<Change> = {}): Change {
  const fullName = `/app/${name}`;
  return {
    action: 'unchanged',
    name: fullName,
    differences: [],
    desired: desired(fullName),
    actual: actual(fullName),
    foreignTags: [],
    ...more,
  };
}

const value = { field: 'value', before: 'x', after: 'y', isSecret: true } as const;

describe('the state of a cell', () => {
  const changes = [
    change('a'),
    change('b', { action: 'create', actual: undefined }),
    change('c', { action: 'replace', differences: [value] }),
    change('d', { action: 'closed' }),
    // What is there to see does not need to be opened.
    change('e', { action: 'closed', differences: [{ ...value, field: 'tags' }] }),
    change('f', { action: 'closed', actual: undefined }),
    change('g', { action: 'extra', desired: undefined }),
  ];

  test('follows from the plan', () => {
    const { parameters, total } = build({
      manifest: manifestOf(PLAIN),
      regions: [{ region: 'us-east-1', changes }],
    });
    expect(parameters.map(({ name, cells }) => [name, ...cells.map(({ state }) => state)])).toEqual(
      [
        ['a', 'same'],
        ['b', 'missing'],
        ['c', 'differs'],
        ['d', 'closed'],
        ['e', 'differs'],
        ['f', 'missing'],
        ['g', 'extra'],
      ],
    );
    expect(total.counts).toMatchObject({ same: 1, missing: 2, differs: 2, closed: 1, extra: 1 });
    const [, , c] = parameters;
    expect(c?.cells[0]?.regions[0]?.differences).toEqual(['value']);
    expect(JSON.stringify(parameters), 'neither before nor after').not.toMatch(/"[xy]"/);
  });

  test('is the worst of all regions, and an extra one is not missing elsewhere', () => {
    const manifest = manifestOf(PLAIN, {
      head: 'regions: [us-east-1, eu-west-1]\nkmskey: alias/app\n',
    });
    const problem = new CofferError('network', 'eu-west-1: no answer', { hint: 'try again' });
    const both = build({
      manifest,
      regions: [
        { region: 'us-east-1', changes },
        { region: 'eu-west-1', changes: changes.slice(0, 6).toReversed() },
      ],
    });
    const g = both.parameters.find(({ name }) => name === 'g');
    expect(g?.cells[0]?.regions.map(({ region, state }) => [region, state])).toEqual([
      ['us-east-1', 'extra'],
    ]);
    const { parameters, environments } = build({
      manifest,
      regions: [
        { region: 'us-east-1', changes },
        { region: 'eu-west-1', problem },
      ],
    });
    const [a] = parameters;
    expect(a?.cells[0]).toMatchObject({
      state: 'error',
      regions: [{ state: 'same' }, { state: 'error' }],
    });
    expect(environments[0]?.regions).toEqual([
      { region: 'us-east-1', problem: undefined },
      {
        region: 'eu-west-1',
        problem: { code: 'network', message: 'eu-west-1: no answer', hint: 'try again' },
      },
    ]);
  });

  test('without AWS nobody knows', () => {
    const { parameters } = build({
      manifest: manifestOf(PLAIN),
      regions: [{ region: 'us-east-1' }],
    });
    expect(parameters.map(({ cells }) => cells[0]?.state)).toEqual(NAMES.map(() => 'unknown'));
  });

  test('of one value among several in a secret is its own', () => {
    const manifest = manifestOf(PLAIN.replaceAll('String', 'SecureString'), {
      head: `${HEAD}store: secretsmanager\nsecret: prod/app\n`,
    });
    const all: Change = {
      ...change(''),
      action: 'update',
      name: 'prod/app',
      differences: [{ field: 'version', before: '1', after: '2', isSecret: false }],
      values: { added: ['a'], changed: ['b'], removed: ['old'] },
    };
    const { parameters, environments } = build({
      manifest,
      regions: [{ region: 'us-east-1', changes: [all] }],
    });
    expect(parameters.map(({ name, cells }) => [name, cells[0]?.state])).toEqual([
      ['a', 'differs'],
      ['b', 'differs'],
      ['c', 'same'],
      ['d', 'same'],
      ['e', 'same'],
      ['f', 'same'],
      ['old', 'extra'],
    ]);
    expect(environments[0]?.bill, 'one secret is paid for once').toEqual({ key: 1, secret: 1 });
  });
});

function of(tier: 'Standard' | 'Advanced') {
  return actual('/app/a', { tier });
}

describe('costs', () => {
  test('count what AWS has, and what the manifest asks for where it has nothing', () => {
    const manifest = manifestOf(
      '  - {name: a, type: String, value: x}\n' +
        '  - {name: b, type: String, tier: Advanced, value: x}\n' +
        '  - {name: c, type: String, value: x}\n',
    );
    const { parameters, environments, total } = build({
      manifest,
      regions: [
        {
          region: 'us-east-1',
          changes: [
            change('a', { actual: of('Advanced') }),
            change('b', { action: 'create', actual: undefined }),
            change('c', { actual: of('Standard') }),
          ],
        },
      ],
    });
    expect(parameters.map(({ cells }) => cells[0]?.monthly)).toEqual([0.05, 0.05, 0]);
    expect(environments[0]).toMatchObject({ bill: { advanced: 2, key: 1 }, monthly: 1.1 });
    expect(total.monthly).toBe(1.1);
  });

  test('a parameter in two regions costs twice, and so does its key', () => {
    const manifest = manifestOf('  - {name: a, type: String, tier: Advanced, value: x}\n', {
      head: 'regions: [us-east-1, eu-west-1]\nkmskey: alias/app\n',
    });
    const { environments } = build({
      manifest,
      regions: inEachRegion(manifest).map(({ region }) => ({ region })),
    });
    expect(environments[0]).toMatchObject({ bill: { advanced: 2, key: 2 }, monthly: 2.1 });
  });

  test('a key that two environments share costs once in the sum, and a key of AWS nothing', () => {
    const shared = manifestOf(PLAIN);
    const other = manifestOf(PLAIN, { head: HEAD.replace('alias/app', 'alias/other'), file: 'o' });
    const free = manifestOf(PLAIN, { head: HEAD.replace('alias/app', 'alias/aws/ssm'), file: 'f' });
    const { environments, total } = build(
      { manifest: shared },
      { manifest: { ...shared, file: 'again.yml' } },
      { manifest: other },
      { manifest: free },
    );
    expect(environments.map(({ monthly }) => monthly)).toEqual([1, 1, 1, 0]);
    expect(total.monthly).toBe(2);
  });

  test('each copy of a secret costs what a secret costs', () => {
    const manifest = manifestOf(PLAIN, {
      head: `${HEAD}store: secretsmanager\nreplicas: [eu-west-1, eu-west-2]\n`,
    });
    const { environments } = build({ manifest, regions: [{ region: 'us-east-1' }] });
    expect(environments[0]?.bill).toEqual({ secret: 18, key: 1 });
    expect(environments[0]?.monthly).toBe(8.2);
  });
});

function sealed(padded: number): string {
  return `ENC[v1,00000000,00000000,${Buffer.alloc(12 + 16 + padded).toString('base64')}]`;
}

describe('the size of a value', () => {
  test('shows only which tier it needs', () => {
    const plain = manifestOf(PLAIN.replaceAll('String', 'SecureString, tier: Advanced'));
    const paddings = [32, 256, 4096, 4352, 8192];
    const parameters = plain.parameters.map((parameter, i) => ({
      ...parameter,
      content: { kind: 'sealed', text: sealed(paddings[i] ?? 32) } as const,
    }));
    const { parameters: rows } = build({
      manifest: { ...plain, parameters },
      regions: [{ region: 'us-east-1' }],
    });
    const cells = rows.map(({ cells }) => ({ ...cells[0], fullName: '' }));
    expect(cells.map(({ fits }) => fits)).toEqual([
      'standard',
      'standard',
      'standard',
      'advanced',
      'advanced',
      'standard',
    ]);
    expect(cells[0], 'two secrets of one tier look the same').toEqual(cells[2]);
  });
});

test('a secret past its max_age is overdue, in its cell and in the sums', () => {
  const manifest = manifestOf(
    '  - {name: a, type: SecureString, max_age: 90d, changed: 2026-08-01, value: x}\n' +
      '  - {name: b, type: SecureString, max_age: 90d, changed: 2026-11-26, value: x}\n' +
      '  - {name: c, type: String, value: x}\n',
  );
  const { parameters, environments, total } = build({ manifest });
  expect(parameters.map(({ cells }) => cells[0]?.age)).toEqual([
    expect.objectContaining({ due: '2026-10-30', left: -28, state: 'overdue' }),
    expect.objectContaining({ left: 89, state: 'ok' }),
    undefined,
  ]);
  expect([environments[0]?.overdue, total.overdue]).toEqual([1, 1]);
  expect([environments[0]?.unknownAge, total.unknownAge]).toEqual([0, 0]);
});

test('a secret with a max_age that nobody knows the age of is counted, too', () => {
  const manifest = manifestOf(
    '  - {name: a, type: SecureString, max_age: 90d, value: x}\n' +
      '  - {name: b, type: SecureString, max_age: 90d, changed: 2026-11-26, value: x}\n' +
      '  - {name: c, type: SecureString, value: x}\n',
  );
  const { environments, total } = build({ manifest });
  expect([environments[0]?.unknownAge, total.unknownAge]).toEqual([1, 1]);
  expect(total.overdue).toBe(0);
});

test('columns are named after their files, with the folder only where they would be the same', () => {
  const files = ['eu/prod.yml', 'us/prod.yaml', 'dev.yml', '.yml', '-'];
  const { environments } = build(
    ...files.map((file) => ({ manifest: manifestOf(PLAIN, { file }) })),
  );
  expect(environments.map(({ name }) => name)).toEqual([
    'eu/prod',
    'us/prod',
    'dev',
    '.yml',
    'standard input',
  ]);
});

test('rows are sorted, and have cells for the environments that know the name', () => {
  const { parameters } = build(
    { manifest: manifestOf('  - {name: z, type: String, value: x}\n', { file: 'one.yml' }) },
    {
      manifest: manifestOf(
        '  - {name: b, type: String, value: x}\n  - {name: z, type: String, value: x}\n',
        { file: 'two.yml' },
      ),
    },
  );
  expect(
    parameters.map(({ name, cells }) => [name, cells.map(({ environment }) => environment)]),
  ).toEqual([
    ['b', ['two']],
    ['z', ['one', 'two']],
  ]);
});

function version(number: number) {
  return {
    name: '/app/a',
    type: 'String',
    value: 'shown nowhere',
    version: number,
    modified: NOW,
    user: 'arn:aws:iam::1:user/me',
    labels: [],
  };
}

test('versions come newest first, without their values', () => {
  const { parameters } = build({
    manifest: manifestOf(PLAIN),
    regions: [
      {
        region: 'us-east-1',
        changes: [change('a', { desired: secret('/app/a', 'shown nowhere') })],
        versions: new Map([['/app/a', [version(1), version(2)]]]),
      },
    ],
  });
  expect(parameters[0]?.cells[0]?.regions[0]?.versions?.map((one) => one.version)).toEqual([2, 1]);
  expect(JSON.stringify(parameters)).not.toContain('shown nowhere');
});
