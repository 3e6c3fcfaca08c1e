import type { Random } from './random.ts';
import type { Answer } from './wire.ts';

/** Values of types and sizes that nobody expects. */
const STRANGE: readonly unknown[] = [
  null,
  {},
  [],
  '',
  'x',
  '\u0000',
  'AAAA',
  'x'.repeat(100_000),
  0,
  -1,
  1e21,
  Number.MAX_SAFE_INTEGER,
  true,
  [null],
  [[]],
  [{}],
  { a: { b: { c: {} } } },
  { __proto__: null, constructor: 1 },
];

const TEXTS: readonly string[] = [
  '',
  '{}',
  '[]',
  'null',
  '"x"',
  '1',
  '{',
  '{"a":',
  '<html><body>Sign in</body></html>',
  '<?xml version="1.0"?>',
  '<?xml version="1.0"?><Error/>',
  '<?xml version="1.0"?><Error><Code>x</Code></Error>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;&b;</a>',
  '\uFFFD\u0000',
];

const STATUSES = [200, 200, 200, 201, 204, 206, 301, 304, 307, 400, 403, 404, 409, 412, 418, 500];

/** The answer with something about it changed. */
export function makeStrange(answer: Answer, random: Random): Answer {
  switch (random.below(6)) {
    case 0:
      return { ...answer, body: Buffer.from(random.pick(TEXTS)), headers: plain(answer, random) };
    case 1:
      return { ...answer, status: random.pick(STATUSES) };
    case 2:
      return { ...answer, headers: changeHeader(answer.headers, random) };
    default:
      return { ...answer, body: changeBody(answer.body, random) };
  }
}

function plain({ headers }: Answer, random: Random): Answer['headers'] {
  return random.chance(0.5) ? headers : { 'content-type': 'text/html' };
}

function changeHeader(headers: Answer['headers'], random: Random): Answer['headers'] {
  const names = Object.keys(headers).filter((name) => name !== 'content-length');
  if (names.length === 0) return headers;
  const { [random.pick(names)]: _, ...others } = headers;
  const value = random.pick(['', 'x', '-1', '{}', '%00', '\u00fc', 'x'.repeat(3000)]);
  return random.chance(0.5) ? others : { ...headers, [random.pick(names)]: value };
}

function changeBody(body: Buffer, random: Random): Buffer {
  try {
    const json: unknown = JSON.parse(body.toString());
    return Buffer.from(JSON.stringify(changeJson(json, random)) ?? '');
  } catch {
    return changeBytes(body, random);
  }
}

/** One place somewhere in it. */
function changeJson(value: unknown, random: Random): unknown {
  const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isNested || random.chance(0.15)) return random.pick(STRANGE);
  if (Array.isArray(value)) {
    const at = random.below(value.length);
    const item: unknown = value[at];
    if (random.chance(0.15)) return value.toSpliced(at, 1);
    if (random.chance(0.15)) return [...(value as unknown[]), item];
    return (value as unknown[]).with(at, changeJson(item, random));
  }
  const key = random.pick(Object.keys(value));
  const { [key]: member, ...others } = value as Record<string, unknown>;
  return random.chance(0.2) ? others : { ...others, [key]: changeJson(member, random) };
}

function changeBytes(body: Buffer, random: Random): Buffer {
  const text = body.toString('latin1');
  const elements = [...text.matchAll(/<(\w+)>[^<]*<\/\1>/g)];
  if (elements.length === 0) return body.subarray(0, random.below(body.length + 1));
  const element = random.pick(elements);
  const { index } = element;
  const other = random.pick([
    '',
    `<${element[1]}/>`,
    `<${element[1]}>x</${element[1]}>`,
    element[0] + element[0],
  ]);
  return Buffer.from(
    text.slice(0, index) + other + text.slice(index + element[0].length),
    'latin1',
  );
}
