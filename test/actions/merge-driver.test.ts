import { expect, test } from 'vitest';
import { mergeDriver } from '../../src/actions/merge-driver.ts';
import { createTestHost } from '../support/tools.ts';
import { createWorkspace } from '../support/workspace.ts';

const BASE = `path: /app/
region: us-east-1
kmskey: alias/app
parameters:
  - {name: a, type: String, value: one}
  - {name: b, type: String, value: two}
`;

async function merge(ours: string | Buffer, theirs: string | Buffer, markerSize?: number) {
  const folder = await createWorkspace({ base: BASE, ours, theirs });
  const { host, said } = createTestHost();
  const [base, mine, other] = ['base', 'ours', 'theirs'].map(folder.path) as [
    string,
    string,
    string,
  ];
  const files = { base, ours: mine, theirs: other };
  const report = await mergeDriver({ host }, files, { markerSize, path: 'app.yml' });
  return { report, said, bytes: await folder.read('ours') };
}

test('merges both sides by parameter, into our file', async () => {
  const { report, bytes } = await merge(BASE.replace('one', '1'), BASE.replace('two', '2'));
  expect(report).toEqual({ isMerged: true, conflicts: 0 });
  expect(bytes.toString()).toBe(BASE.replace('one', '1').replace('two', '2'));
});

test('puts what both sides changed between markers of the given length', async () => {
  const { report, bytes } = await merge(BASE.replace('one', '1'), BASE.replace('one', 'I'), 9);
  expect(report).toEqual({ isMerged: false, conflicts: 1 });
  expect(bytes.toString()).toMatch(/^<{9} [^]*^={9}$[^]*^>{9} /m);
});

test('does not merge or change binary content', async () => {
  const ours = Buffer.from([0, 1, 2]);
  const { report, said, bytes } = await merge(ours, BASE);
  expect(report).toEqual({ isMerged: false, conflicts: 0 });
  expect(bytes).toEqual(ours);
  expect(said.warnings).toEqual([{ message: 'app.yml is binary and cannot be merged' }]);
});
