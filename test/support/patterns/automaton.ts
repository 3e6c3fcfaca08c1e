import { type AST, RegExpParser } from '@eslint-community/regexpp';

/** One place in a pattern that takes a character. */
export interface Spot {
  /** As the pattern spells it. */
  raw: string;
  /** The characters it takes: a bit for each of those that were tried. */
  takes: bigint;
  /** What takes the next character, and in how many ways the pattern gets there. */
  next: Map<Spot, number>;
}

/** A part of a pattern: where it begins and ends, and in how many ways it takes nothing. */
interface Part {
  first: Map<Spot, number>;
  last: Map<Spot, number>;
  empty: number;
}

/** From this many times on, a repetition counts as one without end. */
const MANY = 16;
/** Of a single character, this many times are still counted: longer hashes are unlikely. */
const MOST = 64;

/**
 * All places of a pattern, and how they follow each other. Assertions take nothing here, so the
 * automaton may have ways that the pattern does not have, but it lacks none.
 */
export function automatonOf({ source, flags }: Pick<RegExp, 'source' | 'flags'>): Spot[] {
  const options = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') };
  const { alternatives } = new RegExpParser().parsePattern(source, 0, source.length, options);
  const spots: Spot[] = [];
  const alphabet = alphabetOf(source);

  const oneOf = (choices: readonly AST.Alternative[]) =>
    choices.map(sequence).reduce((left, right) => ({
      first: sum(left.first, right.first),
      last: sum(left.last, right.last),
      empty: left.empty + right.empty,
    }));

  const sequence = ({ elements }: AST.Alternative) => elements.map(partOf).reduce(join, NOTHING);

  function partOf(element: AST.Element | AST.QuantifiableElement): Part {
    switch (element.type) {
      case 'Assertion':
        if ('alternatives' in element) oneOf(element.alternatives);
        return NOTHING;
      case 'Group':
      case 'CapturingGroup':
        return oneOf(element.alternatives);
      case 'Backreference':
        return oneOf([element.resolved].flat()[0]?.alternatives ?? []);
      case 'Quantifier':
        return repeated(element);
      default:
        return character(element.raw);
    }
  }

  function character(raw: string): Part {
    const one = new RegExp(`^(?:${raw})$`, flags.replaceAll(/[^isuv]/g, ''));
    const takes = alphabet.reduce(
      (bits, text, at) => (one.test(text) ? bits | bitAt(at) : bits),
      0n,
    );
    const spot: Spot = { raw, takes, next: new Map() };
    spots.push(spot);
    return { first: new Map([[spot, 1]]), last: new Map([[spot, 1]]), empty: 0 };
  }

  function repeated({ element, min, max }: AST.Quantifier): Part {
    const times = (count: number) =>
      Array.from({ length: count }, () => partOf(element)).reduce(join, NOTHING);
    const isLong = element.type.startsWith('Character') ? max - min > MANY : max > MANY;
    if (!isLong) {
      const rest = Array.from({ length: Math.min(max, MOST) - Math.min(min, MOST) });
      return join(
        times(Math.min(min, MOST)),
        rest.reduce<Part>((after) => optional(join(partOf(element), after)), NOTHING),
      );
    }
    const loop = partOf(element);
    connect(loop.last, loop.first);
    if (min === 0) return optional(loop);
    return join(times(Math.min(min, MANY) - 1), loop);
  }

  oneOf(alternatives);
  return spots;
}

const NOTHING: Part = { first: new Map(), last: new Map(), empty: 1 };

/** JavaScript does not take nothing twice: an optional part that can be empty is that in one way. */
function optional(part: Part): Part {
  return { ...part, empty: 1 };
}

function join(left: Part, right: Part): Part {
  connect(left.last, right.first);
  return {
    first: sum(left.first, right.first, left.empty),
    last: sum(right.last, left.last, right.empty),
    empty: left.empty * right.empty,
  };
}

function connect(from: Part['last'], to: Part['first']): void {
  for (const [spot, ways] of from) spot.next = sum(spot.next, to, ways);
}

function sum(some: Map<Spot, number>, more: Map<Spot, number>, ways = 1): Map<Spot, number> {
  const all = new Map(some);
  if (ways === 0) return all;
  for (const [spot, count] of more) all.set(spot, (all.get(spot) ?? 0) + count * ways);
  return all;
}

/** Latin-1, what else is blank or a line break, a few others, and all that the pattern names. */
function alphabetOf(source: string): string[] {
  const latin = Array.from({ length: 256 }, (_, code) => String.fromCodePoint(code));
  const named = source.matchAll(/\\u\{?([\da-f]+)/gi);
  const escaped = [...named].map(([, code = '0']) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
  return [
    ...new Set([
      ...latin,
      '\u2028',
      '\u2029',
      '\uFEFF',
      '中',
      '😀',
      ...Array.from(source),
      ...escaped,
    ]),
  ];
}

function bitAt(index: number): bigint {
  return 1n << BigInt(index);
}
