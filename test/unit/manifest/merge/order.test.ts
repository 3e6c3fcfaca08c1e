import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeOrder } from '../../../../src/manifest/merge/order.ts';

const keys = fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f', 'g']);

test('takes the order of the side that changed it', () => {
  fc.assert(
    fc.property(keys, keys, (base, side) => {
      const gone = new Set(base.filter((key) => !side.includes(key)));
      const kept = (order: string[]) => order.filter((key) => !gone.has(key));
      expect(kept(mergeOrder({ base, ours: base, theirs: side }))).toEqual(side);
      expect(kept(mergeOrder({ base, ours: side, theirs: base }))).toEqual(side);
    }),
  );
});

test('keeps every key of either side once', () => {
  fc.assert(
    fc.property(keys, keys, keys, (base, ours, theirs) => {
      const order = mergeOrder({ base, ours, theirs });
      expect(order.toSorted()).toEqual([...new Set([...ours, ...theirs])].toSorted());
    }),
  );
});

test('keeps our order where both sides moved a key, and combines other moves', () => {
  const base = ['a', 'b', 'c', 'd'];
  const ours = ['b', 'c', 'd', 'a'];
  expect(mergeOrder({ base, ours, theirs: ['b', 'a', 'c', 'd'] })).toEqual(ours);
  expect(mergeOrder({ base, ours, theirs: ['a', 'd', 'b', 'c'] })).toEqual(['b', 'c', 'a', 'd']);
});
