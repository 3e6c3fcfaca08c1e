import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Desired } from '../../../src/stores/model.ts';
import { planChanges } from '../../../src/plan/plan.ts';
import { expiration } from '../manifest/samples.ts';
import { inStep, pointer, secret, desired, state } from './states.ts';

const name = fc
  .array(fc.stringMatching(/^[\w.-]{1,8}$/), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

const more = fc.record(
  {
    description: fc.string(),
    tier: fc.constantFrom('Standard' as const, 'Advanced' as const, 'Intelligent-Tiering' as const),
    allowedPattern: fc.constantFrom('.*', '^v'),
    dataType: fc.constantFrom('text', 'aws:ec2:image'),
    policies: fc.constantFrom([], [expiration('2027-01-01T00:00:00Z')]),
    tags: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 4 }),
  },
  { requiredKeys: [] },
);

const item: fc.Arbitrary<Desired> = fc.oneof(
  fc
    .tuple(name, fc.string({ minLength: 1 }), more)
    .map(([n, value, m]) => desired(n, { value, ...m })),
  fc.tuple(name, fc.string({ minLength: 1 }), more).map(([n, value, m]) => secret(n, value, m)),
  fc.tuple(name, more).map(([n, m]) => ({ ...pointer(n), ...m })),
);

const wanted = fc.uniqueArray(item, { selector: (each) => each.name, maxLength: 12 });

test('equal states give only unchanged parameters', () => {
  fc.assert(
    fc.property(wanted, fc.boolean(), (items, prune) => {
      const options = { prune, pruneTags: prune };
      const changes = planChanges(items, inStep(items), new Set(), options);
      expect(changes).toHaveLength(items.length);
      expect(changes.filter(({ action }) => action !== 'unchanged')).toEqual([]);
      expect(changes.flatMap(({ differences }) => differences)).toEqual([]);
    }),
  );
});

test('an empty AWS gives only creates; an empty manifest gives only extras', () => {
  fc.assert(
    fc.property(wanted, (items) => {
      const created = planChanges(items, state([]));
      expect(created.map(({ action }) => action)).toEqual(items.map(() => 'create'));
      const extra = planChanges([], inStep(items));
      expect(extra.map(({ action }) => action)).toEqual(items.map(() => 'extra'));
      expect(planChanges([], inStep(items), new Set(items.map((each) => each.name)))).toEqual([]);
    }),
  );
});

test('the order of parameters does not matter on either side', () => {
  fc.assert(
    fc.property(wanted, wanted, (items, others) => {
      const backwards = inStep(others.toReversed());
      expect(planChanges(items.toReversed(), backwards)).toEqual(
        planChanges(items, inStep(others)),
      );
    }),
  );
});

test('lists every name once', () => {
  fc.assert(
    fc.property(wanted, wanted, (items, others) => {
      const names = planChanges(items, inStep(others)).map((change) => change.name);
      const all = new Set([...items, ...others].map((each) => each.name));
      expect(names).toEqual([...all].sort());
    }),
  );
});

test('only updates and replacements have differences', () => {
  fc.assert(
    fc.property(wanted, wanted, (items, others) => {
      for (const { action, differences } of planChanges(items, inStep(others))) {
        expect(differences.length > 0).toBe(action === 'update' || action === 'replace');
      }
    }),
  );
});
