import type { Cell, Environment, Overview, Row, Seen, State } from '../../src/page/model.ts';
import { STATES } from '../../src/page/model.ts';

const MADE_AT = '2026-11-27T09:30:00.000Z';

const NO_COUNTS = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;

function environmentOf(name: string, more: Partial<Environment> = {}): Environment {
  return {
    name,
    file: `secrets/${name}.yml`,
    path: `/apps/${name}/`,
    store: 'ssm',
    account: undefined,
    regions: [{ region: 'us-east-1' }],
    problems: [],
    commit: { id: 'c4df2dee05220e4b3fad4c64a2288234b5d8d19d', isChanged: false },
    bill: { key: 2 },
    counts: NO_COUNTS,
    overdue: 0,
    unknownAge: 0,
    monthly: 2,
    ...more,
  };
}

function seenOf(state: State, more: Partial<Seen> = {}): Seen {
  const isThere = !['missing', 'error', 'unknown'].includes(state);
  return {
    region: 'us-east-1',
    state,
    differences: state === 'differs' ? ['value', 'tags'] : [],
    version: isThere ? 3 : undefined,
    modified: isThere ? '2026-11-12T08:00:00.000Z' : undefined,
    user: isThere ? 'arn:aws:sts::111122223333:assumed-role/deploy/ci' : undefined,
    key: 'alias/app',
    ...more,
  };
}

function cellOf(environment: string, name: string, state: State, more: Partial<Cell> = {}): Cell {
  return {
    environment,
    state,
    fullName: `/apps/${environment}/${name}`,
    type: 'SecureString',
    description: undefined,
    tags: {},
    store: 'ssm',
    tier: 'Standard',
    fits: 'standard',
    monthly: 0,
    age: undefined,
    regions: [seenOf(state)],
    ...more,
  };
}

function count(within: readonly Cell[]) {
  return {
    counts: Object.fromEntries(
      STATES.map((state) => [state, within.filter((cell) => cell.state === state).length]),
    ) as Record<State, number>,
    overdue: within.filter(({ age }) => age?.state === 'overdue').length,
    unknownAge: within.filter(({ age }) => age?.state === 'unknown').length,
  };
}

export function overviewOf(
  environments: readonly Environment[],
  parameters: readonly Row[],
): Overview {
  const cells = parameters.flatMap((row) => row.cells);
  return {
    madeAt: MADE_AT,
    isCompared: true,
    environments: environments.map((one) => ({
      ...one,
      ...count(cells.filter(({ environment }) => environment === one.name)),
    })),
    parameters: [...parameters],
    total: {
      ...count(cells),
      monthly: environments.reduce((sum, { monthly }) => sum + monthly, 0),
    },
  };
}

/** Everything that a page can show: all states, regions, ages, stores, versions and problems. */
export function everything(): Overview {
  const age = {
    maxAge: '90d',
    changed: '2026-08-01',
    days: 118,
    due: '2026-10-30',
    left: -28,
    overdue: false,
  };
  const regions = ['us-east-1', 'eu-west-1'];
  return overviewOf(
    [
      environmentOf('dev', { account: '111122223333' }),
      environmentOf('prod', {
        regions: [
          { region: 'us-east-1' },
          {
            region: 'eu-west-1',
            problem: { code: 'network', message: 'eu-west-1: no answer', hint: 'try again' },
          },
        ],
        bill: { key: 3, advanced: 2, storage: 0.4, secret: 1 },
        monthly: 3.51,
        commit: undefined,
      }),
      environmentOf('vault', {
        store: 'secretsmanager',
        problems: [{ code: 'tampered', message: 'token cannot be decrypted', hint: 'restore it' }],
        commit: { id: '2f0a', isChanged: true },
      }),
    ],
    [
      {
        name: 'api/token',
        cells: [
          cellOf('dev', 'api/token', 'same', {
            description: 'What the API is called with',
            tags: { team: 'payments' },
            age: { ...age, overdue: true, state: 'overdue' },
          }),
          cellOf('prod', 'api/token', 'differs', {
            regions: [
              seenOf('same', {
                versions: [
                  {
                    version: 3,
                    modified: MADE_AT,
                    user: 'arn:aws:iam::1:user/a',
                    labels: ['live'],
                  },
                  { version: 2, modified: undefined, user: undefined, labels: [] },
                ],
              }),
              seenOf('differs', { region: 'eu-west-1' }),
            ],
          }),
          cellOf('vault', 'api/token', 'closed', {
            store: 'secretsmanager',
            fits: 'secretsmanager',
            tier: undefined,
            monthly: undefined,
            regions: [seenOf('closed', { version: 'c43e66cb-d0fe-44c5-9b7e-d450441a04be' })],
          }),
        ],
      },
      {
        name: 'db/password',
        cells: [
          cellOf('dev', 'db/password', 'missing', {
            age: { ...age, due: '2026-12-02', left: 5, state: 'soon' },
          }),
          cellOf('prod', 'db/password', 'error', {
            age: { ...age, changed: undefined, due: undefined, left: undefined, state: 'unknown' },
            regions: regions.map((region) => seenOf('error', { region })),
          }),
        ],
      },
      {
        name: 'tls/keystore',
        cells: [
          cellOf('dev', 'tls/keystore', 'extra', { store: 's3', fits: 's3', monthly: 0.001 }),
          cellOf('prod', 'tls/keystore', 'unknown', {
            tier: 'Advanced',
            fits: 'advanced',
            monthly: 0.05,
          }),
        ],
      },
    ],
  );
}

/** As many environments and parameters as asked for, most of them in sync. */
export function manyEnvironments(environments: number, parameters: number): Overview {
  const names = Array.from({ length: environments }, (_, i) => `env-${i}`);
  return overviewOf(
    names.map((name) => environmentOf(name)),
    Array.from({ length: parameters }, (_, i) => {
      const name = `service/name-${i}`;
      const state = (at: number) => STATES[(i * 7 + at) % 53] ?? 'same';
      return { name, cells: names.map((environment, at) => cellOf(environment, name, state(at))) };
    }),
  );
}
