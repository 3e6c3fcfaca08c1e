import * as fc from 'fast-check';

/** Texts beside a key or dash, ordinary and not. */
// prettier-ignore
const INLINE = [
  'abc', '2', '1.10', 'a b  c', 'alias/superman', 'ENC[v1,3f9c21ab,0a1b2c3d,AAA+/8==]', '{a: b}',
  '"in quotes"', "'in quotes'", '"a\\"b\\\\"', "'it''s'", '[a, b]', '{length: 32, charset: alnum}',
  'abc # beside', '"a"  # beside', '[x]   # beside', 'https://x:1/y?z=#w', '-5', '2026-11-27',
  'a: b', 'a:b', 'a : b', ':a', ': a', ':', 'a:', 'a#b', '#a', 'a #b', 'a  #', '=', '<<', '!', '&',
  '- a', '-a', '-', '--- a', '---', '...', '?', '? a', '?a', '~', 'null', '', ' ', '   # beside',
  '"x', "'x", "it's", 'a"b', '"\\u00e9"', '"\\x41"', '"\\ud83d"', '"\\ud83d\\udd11"', '"\\/\\n\\t"',
  '"\\e"', '"\\q"', '"\\', '"\\\\"', "'a\\'", "''", '""', '"\\u12"', "'a' b", '"a" b', '"a"#c',
  '"a": b', "'a': b", '"a":b', '"a\tb"', "'a\tb'", '"a\\tb\t"', '" a "', "''''", "'''", '"""',
  '"\\U0001F511"', '{}', '[]', '[ ]', '[a,]', '[,a]', '[a,,b]', '[a b]', '{a}', '{a: }', '{a:b}',
  '{"a":b}', '{"a": b}', "{'a': 'b'}", '[a: b]', '{a: b: c}', '{a: b}x', '{a: b} x', '{a: b}: c',
  '{a: b}:c', '[a,b]', '[ a , b ]', '{a: -1}', '[-]', '[- a]', '[x:1/y]', '[a:b]', '[a:]', '[a::b]',
  '[:a]', '{a: x#y}', '{a: x #y}', '[#a]', '[a', '[a]]', '[[a], [b, {c: d}]]', '{a: {b: [c]}}',
  '[*a]', '[&a b]', '[!t a]', '[? a]', '{? a: b}', '["a" , "b"]', '["a" "b"]', '["a]", \'b}\']',
  '{a: "b, c"}', '[a|b]', '[|]', '{a: |}', '[a%b, $x, ./y, .5]', '*a', '&a b', '&a', '!t x',
  '!!str 1', '! x', '%a', '@a', '`a', ',a', ']', '}', 'a,b', 'a]b', 'a{b}', 'a&b', 'a\tb', '\ta',
  'a\t', 'a\t# b', '"a"\t', '"a"\t# b', '[a]\t', '[a,\tb]', 'a  ', '"a"  ', '[a]  ', 'a \t #b', 'é',
  '🔑', 'a\u00A0', '\u00A0a', '\u00A0#x', 'a\u00A0: b', 'a\u2028b', '\u2028', 'a\u0085', '"\u2028"',
  '\uFEFFa', 'a\uFEFF', '\0', 'a\u007Fb', 'a\rb', '|a', '>a', `[${'['.repeat(70)}`,
  '[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]',
];

// prettier-ignore
const KEYS = [
  'path', 'region', 'name', 'value', 'type', 'tags', '3f9c21ab', 'a.b-c/d', 'cost_center', '1',
  '"quoted key"', "'single: '", 'two words', 'a:b', '"a\\"b"', '-a', '- a', '?', '? a', '*a',
  '&a b', '!t b', '<<', '[a]', '{a: b}', 'é', '.x', '"', "''", '""', '~', '#a', 'a#', 'a #b', '%',
  '@', '\t', `k${'x'.repeat(1020)}`, '---',
];

const COLONS = [':', ' :', ':\t', '', '::'];
const GAPS = [' ', '  ', '', '\t'];
const BESIDE = ['', '  ', ' # beside', '#', ' &a', ' !t', '\t'];
// prettier-ignore
const HEADERS = [
  '|', '|-', '|+', '>', '>-', '>+', '|  ', '| # beside', '|#c', '|2', '|1-', '|-2', '>2+', '|x',
  '|+-', '| -', '|0', '|\t', '>\t# x', '>1', '>-9',
];
// prettier-ignore
const BLOCK_LINES = [
  'abc', 'a b', 'c: d', '# text', '- x', '', '', '[', "don't", 'x  ', '  more', '\tx', 'x\t', '---',
  '...', '   ', ' ', '      ', '\t', '\u2028', '\u00A0', 'é', '"',
];
// prettier-ignore
const BETWEEN = [
  '# comment', '  # indented', '      # far', '', '   ', '\t', '\t# x', '#', ' #\tx', '#é', '---',
  '...',
];
// prettier-ignore
const STARTS = [
  '', '', '', '# top\n', '\n', '---\n', '\uFEFF', '# top\n\n---\n', '--- \n', '--- # x\n',
  '--- a\n', '%YAML 1.2\n---\n', '...\n', ' \n', '\t\n', '\uFEFF# x\n', '\uFEFF---\n', '\n\uFEFF',
  '---\n---\n', '\uFEFF\uFEFF', '  ', ' ---\n', '---\t\n', '----\n',
];
// prettier-ignore
const ENDS = [
  '\n', '\n', '', '\n\n', '\n# end', '\n  # end\n', '\n   ', '\n...\n', '\n---\n', '\n\t', '\n...x',
  '  ', '\n  x', '\n- x', '\n]', '\n"', '\n\n  \n \n', '\r', '\r\n\r\n',
];
// prettier-ignore
const TOKENS = [
  ' ', '  ', '\n', '\n\n', '\n ', '\r\n', '\r', '\t', '#', ' #', ' # ', ':', ': ', ':\n', '-', '- ',
  '\n- ', '?', '? ', '"', "'", "''", '\\', '\\"', '|', '>', '|\n', '[', ']', '{', '}', ',', ', ',
  '&a ', '*a', '!t ', '%', '@', '`', '~', '---', '\n---\n', '\n...\n', '\uFEFF', '\u0085', '\u2028',
  '\u2029', '\u00A0', 'é', '🔑', '\0', 'x', '<<: ', '=', '0',
];

type Pick = <T>(choices: readonly T[]) => T;

/** Makes the choices of one text. */
interface Chooser {
  pick: Pick;
  /** True once in a while: in some texts often, in others never. */
  isOdd: () => boolean;
  /** Mostly one of the first choices. */
  usual: <T>(choices: readonly T[], common: number) => T;
}

/** All decisions come from fast-check, so that failures shrink. */
function decided(write: (chooser: Chooser) => string): fc.Arbitrary<string> {
  const decisions = fc.array(fc.nat(99_999), { minLength: 20, maxLength: 200 });
  return fc.tuple(decisions, fc.constantFrom(6, 30, 100, 1000)).map(([decisions, rarity]) => {
    let made = 0;
    const decide = (limit: number) => {
      // Longer texts go on with other choices, instead of repeating themselves.
      const round = Math.floor(made / decisions.length);
      const decision = (decisions[made % decisions.length] ?? 0) + round * 7;
      made += 1;
      return decision % limit;
    };
    const pick: Pick = (choices) => choices[decide(choices.length)] as (typeof choices)[number];
    const isOdd = () => decide(rarity) === 1;
    const usual: Chooser['usual'] = (choices, common) =>
      pick(isOdd() ? choices : choices.slice(0, common));
    return write({ pick, isOdd, usual });
  });
}

/** A text that looks like a manifest: much of it is ordinary YAML, and any part of it may be odd. */
export const randomYaml: fc.Arbitrary<string> = decided((chooser) => {
  const { usual, pick } = chooser;
  const lines = mapLines(chooser, '', 1);
  const text = `${usual(STARTS, 6)}${lines.join('\n')}${usual(ENDS, 5)}`;
  return pick([true, true, false]) ? text : text.replaceAll(/\r?\n/g, '\r\n');
});

function mapLines(chooser: Chooser, indent: string, depth: number): string[] {
  const { pick, isOdd, usual } = chooser;
  const lines: string[] = [];
  for (let count = pick([1, 1, 2, 3]); count > 0; count -= 1) {
    if (pick([0, 0, 0, 0, 1])) lines.push(usual(BETWEEN, 5));
    const own = isOdd() ? ` ${indent}` : isOdd() ? indent.slice(1) : indent;
    const key = usual(KEYS, 12) + usual(COLONS, 1);
    lines.push(...valueLines(chooser, own + key, indent, depth));
  }
  return lines;
}

/** Lines of a value behind `before`, which belongs to something at `indent`. */
function valueLines(chooser: Chooser, before: string, indent: string, depth: number): string[] {
  const { pick, isOdd, usual } = chooser;
  const kinds = ['inline', 'inline', 'inline', 'block', 'map', 'list', 'flat'] as const;
  const deeper = indent + usual(['  ', ' ', '    ', ''], 3);
  const gap = usual(GAPS, 2);
  switch (depth > 4 ? 'inline' : pick(kinds)) {
    case 'block':
      return [before + gap + usual(HEADERS, 7), ...blockLines(chooser, deeper)];
    case 'map':
      return [before + usual(BESIDE, 3), ...mapLines(chooser, deeper, depth + 1)];
    case 'list':
      return [before + usual(BESIDE, 3), ...listLines(chooser, deeper, depth + 1)];
    case 'flat':
      return [before, ...listLines(chooser, indent, depth + 1)];
    case 'inline':
      return [before + gap + usual(INLINE, 18), ...(isOdd() ? [deeper + pick(INLINE)] : [])];
  }
}

function blockLines({ pick, isOdd, usual }: Chooser, indent: string): string[] {
  return Array.from({ length: pick([1, 2, 3, 4]) }, () => {
    const line = usual(BLOCK_LINES, 9);
    if (isOdd()) return indent.slice(1) + line;
    if (line === '') return '';
    return (isOdd() ? ' ' : '') + indent + line;
  });
}

function listLines(chooser: Chooser, indent: string, depth: number): string[] {
  const { pick, usual } = chooser;
  const lines: string[] = [];
  for (let count = pick([1, 2, 2, 3]); count > 0; count -= 1) {
    if (pick([0, 0, 0, 0, 1])) lines.push(usual(BETWEEN, 5));
    const dash = usual(['- ', '-   ', '-', '-\t', '- - '], 2);
    if (pick([true, true, false])) {
      const inner = indent + ' '.repeat(dash.length);
      const [first = '', ...more] = mapLines(chooser, inner, depth + 1);
      // A comment above its first key would be beside the dash.
      lines.push(indent + dash + first.trimStart(), ...more);
    } else lines.push(...valueLines(chooser, indent + dash.trimEnd(), indent, depth));
  }
  return lines;
}

/** `text` with a few changes anywhere, such as an editor or a broken disk makes. */
export function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(99_999),
    what: fc.nat(9),
    with: fc.nat(9_999),
    size: fc.nat(5),
  });
  return fc.tuple(text, fc.array(change, { minLength: 1, maxLength: 3 })).map(([before, changes]) =>
    changes.reduce((text, { at, what, with: which, size }) => {
      const place = at % (text.length + 1);
      const lines = text.split('\n');
      const line = at % lines.length;
      switch (what) {
        case 0:
          return text.slice(0, place) + text.slice(place + 1 + size);
        case 1:
          lines.splice(line, 1);
          break;
        case 2:
          lines.splice(which % lines.length, 0, ...lines.slice(line, line + 1 + size));
          break;
        case 3:
          lines[line] = ' '.repeat(1 + (size % 2)) + lines[line];
          break;
        case 4:
          lines[line] = (lines[line] ?? '').replace(/^ {1,2}/, '');
          break;
        case 5: {
          const flipped = (text.charCodeAt(place) || 32) ^ (1 << (which % 7));
          return text.slice(0, place) + String.fromCharCode(flipped) + text.slice(place + 1);
        }
        case 6:
          return text.slice(0, place);
        default:
          return text.slice(0, place) + (TOKENS[which % TOKENS.length] ?? '') + text.slice(place);
      }
      return lines.join('\n');
    }, before),
  );
}
