import { expect, test } from 'vitest';
import { describePlans } from '../../../src/actions/plan-report.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import { everyAction, planOf, updatedField } from '../plan/plans.ts';

test('has a fixed shape, with secrets masked', () => {
  const report = describePlans([everyAction('before', 'afterwards')], false);
  expect(report).toEqual({
    counts: { create: 2, update: 1, replace: 1, delete: 0, closed: 0, extra: 1, unchanged: 1 },
    manifests: [
      {
        file: 'app.yml',
        path: '/app/',
        region: 'us-east-1',
        changes: [
          { action: 'create', name: '/app/big', type: 'String', differences: [] },
          { action: 'create', name: '/app/new', type: 'SecureString', differences: [] },
          {
            action: 'update',
            name: '/app/token',
            type: 'SecureString',
            differences: [
              {
                field: 'value',
                before: { masked: true, bytes: { least: 0, most: 31 } },
                after: { masked: true, bytes: { least: 0, most: 31 } },
              },
            ],
          },
          {
            action: 'replace',
            name: '/app/tiered',
            type: 'String',
            differences: [{ field: 'tier', before: 'Advanced', after: 'Standard' }],
          },
          { action: 'extra', name: '/app/old', type: 'String', differences: [] },
          { action: 'unchanged', name: '/app/same', type: 'SecureString', differences: [] },
        ],
      },
    ],
  });
});

test('shows secrets only with reveal', () => {
  const [before, after] = [createCanary(), createCanary()];
  const plan = everyAction(before, after);
  const text = JSON.stringify(describePlans([plan], false));
  expectHidden(before, { text });
  expectHidden(after, { text });
  expect(describePlans([plan], true)).toMatchObject({
    manifests: [
      {
        changes: expect.arrayContaining([
          expect.objectContaining({ differences: [{ field: 'value', before, after }] }),
        ]),
      },
    ],
  });
});

test('keeps plain values as they are, with any characters', () => {
  const after = 'a "quoted"\n\u001b[2J\u202e ünïcödé';
  const description = { field: 'description', before: '', after, isSecret: false } as const;
  const { manifests } = describePlans([planOf([updatedField('x', description)])], false);
  expect(manifests[0]?.changes[0]?.differences[0]?.after).toBe(after);
});
