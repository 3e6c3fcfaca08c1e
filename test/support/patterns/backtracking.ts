import { automatonOf, type Spot } from './automaton.ts';

/**
 * Two places of a repetition that can take the same text, or `undefined`. If such a pattern does not
 * match a text, V8 tries both for each time that the text repeats: twice as long with every one.
 */
export function findOverlap(pattern: Pick<RegExp, 'source' | 'flags'>): string | undefined {
  const spots = automatonOf(pattern);
  const reach = new Map(spots.map((spot) => [spot, reachedFrom([spot], (one) => one.next.keys())]));
  const isLoop = (from: Spot, to: Spot) => reach.get(to)?.has(from) === true;

  for (const spot of spots) {
    for (const [next, ways] of spot.next) {
      if (ways > 1 && isLoop(spot, next)) return `${next.raw} in two ways`;
    }
  }
  return findPair(spots, isLoop);
}

interface Pair {
  left: Spot;
  right: Spot;
}

/** Whether two readings of a text part within a repetition, and meet again. */
function findPair(
  spots: readonly Spot[],
  isLoop: (from: Spot, to: Spot) => boolean,
): string | undefined {
  const pairs = new Map<Spot, Map<Spot, Pair>>();
  const pairOf = (left: Spot, right: Spot) => {
    const row = pairs.get(left) ?? new Map<Spot, Pair>();
    pairs.set(left, row);
    const pair = row.get(right) ?? { left, right };
    row.set(right, pair);
    return pair;
  };
  const before = new Map<Pair, Pair[]>();
  const next = function* (pair: Pair) {
    for (const left of pair.left.next.keys()) {
      if (!isLoop(pair.left, left)) continue;
      for (const right of pair.right.next.keys()) {
        if (!isLoop(pair.right, right) || (left.takes & right.takes) === 0n) continue;
        const reached = pairOf(left, right);
        before.set(reached, [...(before.get(reached) ?? []), pair]);
        yield reached;
      }
    }
  };
  const same = spots.filter((spot) => isLoop(spot, spot)).map((spot) => pairOf(spot, spot));
  const parted = reachedFrom(same, next);
  const meeting = reachedFrom(same, (pair) => before.get(pair) ?? []);
  for (const pair of parted) {
    const { left, right } = pair;
    if (left !== right && meeting.has(pair)) return `${left.raw} or ${right.raw}`;
  }
  return undefined;
}

/** What can be reached in one step or more. */
function reachedFrom<Node>(from: readonly Node[], next: (node: Node) => Iterable<Node>): Set<Node> {
  const reached = new Set<Node>();
  const open = [...from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const one of next(node)) {
      if (reached.has(one)) continue;
      reached.add(one);
      open.push(one);
    }
  }
  return reached;
}
