import type { Random } from './random.ts';

/** What YAML, and readers of it, give a meaning to. */
const SPICES = [
  '&a ',
  '*a',
  '!!binary ',
  '!tag ',
  '<<: ',
  '? ',
  ': ',
  '- ',
  '|\n',
  '>-\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '#',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\t',
  '\r',
  '\r\n',
  '\u0000',
  '\u2028',
  '\uFEFF',
  '\u0085',
  '🔑',
  '\uD83D',
  'null',
  '~',
  '.inf',
  '0x1F',
  '1e999',
  '-0',
  '__proto__: 1\n',
  'constructor',
  'ENC[v1,',
  's3://b/k',
  'value: x\n',
  'name: a\n',
  'blob: {}\n',
  'generate: {length: 1}\n',
  'parameters: []\n',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
  'a: {a: {a: {a: {a: {a: {a: 1}}}}}}',
  'x'.repeat(5000),
];

type Mutate = (text: string, random: Random, others: readonly string[]) => string;

const MUTATIONS: readonly Mutate[] = [
  // A spice somewhere, or in place of something.
  (text, random) => splice(text, random.below(text.length + 1), 0, random.pick(SPICES)),
  (text, random) =>
    splice(text, random.below(text.length + 1), random.early(30), random.pick(SPICES)),
  // A piece gone, doubled, moved.
  (text, random) => splice(text, random.below(text.length + 1), random.early(60), ''),
  (text, random) => {
    const at = random.below(text.length + 1);
    return splice(text, at, 0, text.slice(at, at + random.early(80)));
  },
  (text) => text.slice(0, Math.floor(text.length / 2)),
  // Lines gone, doubled, exchanged, moved to the side.
  (text, random) => changeLines(text, random, () => []),
  (text, random) => changeLines(text, random, (line) => [line, line]),
  (text, random) => changeLines(text, random, (line) => [` ${line}`]),
  (text, random) => changeLines(text, random, (line) => [line.trimStart()]),
  (text, random) => {
    const lines = text.split('\n');
    return random.some(lines, lines.length).join('\n');
  },
  (text, random, others) => {
    const lines = random.pick(others).split('\n');
    return changeLines(text, random, (line) => [line, random.pick(lines)]);
  },
  // Another scalar for one that is there.
  (text, random) => {
    const words = [...text.matchAll(/[\w./+=-]+/g)];
    if (words.length === 0) return text;
    const word = random.pick(words);
    const other = random.chance(0.5) ? random.pick(words)[0] : random.pick(SPICES);
    return splice(text, word.index, word[0].length, other);
  },
  (text) => text.replaceAll('\n', '\r\n'),
  (text, random) => text.replaceAll(' ', random.pick(['\t', '  ', ''])),
];

const ENCODINGS = ['utf8', 'utf8', 'utf8', 'utf8', 'utf8', 'utf8', 'utf16le', 'latin1'] as const;

/** A manifest after some accidents, as the bytes of a file. */
export function mutateText(text: string, random: Random, others: readonly string[]): Buffer {
  let mutated = text;
  for (let i = random.early(3); i > 0; i--)
    mutated = random.pick(MUTATIONS)(mutated, random, others);
  const bytes = Buffer.from(mutated, random.pick(ENCODINGS));
  if (random.chance(0.1) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

function splice(text: string, at: number, length: number, more: string): string {
  return text.slice(0, at) + more + text.slice(at + length);
}

function changeLines(text: string, random: Random, change: (line: string) => string[]): string {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  lines.splice(at, 1, ...change(lines[at] ?? ''));
  return lines.join('\n');
}
