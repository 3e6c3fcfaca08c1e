import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/index.ts';
import { CofferError } from '../../../src/errors.ts';
import { renderErrorJson } from '../../../src/cli/terminal/problems.ts';
import { expectReport, isReport, SHAPES } from '../../support/reports.ts';

const DOCS = await readFile(new URL('../../../docs/json.md', import.meta.url), 'utf8');

const EXAMPLES = DOCS.split(/^### /m).flatMap((section, i) => {
  // The first one, in the introduction, is a failed call.
  const shape = i === 0 ? 'failure' : (/^\w+/.exec(section)?.[0] ?? '');
  return [...section.matchAll(/```json\n(.*?)```/gs)].map(
    ([, text = '']) => [shape, text] as const,
  );
});

test.each(EXAMPLES)('docs/json.md: the example of %s matches the schema', (shape, text) => {
  expectReport(shape, text);
});

test.each(COMMANDS.map((spec) => [spec.name, spec] as const))(
  '%s has a documented report, or a reason for having none',
  (name, { noJson }) => {
    expect(SHAPES.includes(name)).toBe(noJson === undefined);
    if (noJson === undefined) expect(DOCS).toMatch(new RegExp(`^### .*\\b${name}\\b`, 'm'));
  },
);

const NOTHING_DONE = {
  version: 1,
  done: [],
  failed: [],
  left: [],
  versions: {},
  finishedAt: '2026-11-21T13:43:01.912Z',
  regions: [],
};

test.each([
  null,
  1,
  'x',
  true,
  [],
  [[]],
  {},
  { version: 1 },
  { foo: 1 },
  { version: 1, manifests: {} },
  { version: 1, file: 'x', changed: 'yes' },
  { version: 2, file: 'x', changed: true },
  { version: 1, file: 'x', changed: true, foo: 1 },
  { ...NOTHING_DONE, versions: { '/a': true } },
  { ...NOTHING_DONE, regions: [{}] },
  { Statement: [] },
])('rejects %j as a report', (value) => {
  expect(isReport(value)).toBe(false);
});

test('accepts a report that holds an error as well', () => {
  const done = {
    done: ['/a'],
    failed: [{ name: '/b', code: 'denied', message: 'no' }],
    left: [],
    deleted: [],
    versions: { '/a': 2 },
  };
  const regions = [{ region: 'us-east-1', ...done, objects: { '/a': 'ab'.repeat(32) } }];
  const report = { ...done, finishedAt: '2026-11-21T13:43:01.912Z', regions };
  const place = { file: 'app.yml', line: 3, column: 5 };
  const problems = [{ message: '/b: no', hint: 'ask', place }, { message: '1 done, 1 failed' }];
  const error = new CofferError('partial', '1 done, 1 failed', { problems, report });
  expect(expectReport('sync', renderErrorJson(error))).toEqual({
    version: 1,
    ...report,
    error: {
      code: 'partial',
      message: '1 done, 1 failed',
      problems: [{ ...place, message: '/b: no', hint: 'ask' }, { message: '1 done, 1 failed' }],
    },
  });
});
