import * as fc from 'fast-check';
import {
  blob,
  dataKey,
  dataKeyInBraces,
  dataKeyLines,
  KEY_ID,
  SEALED,
  WRAPPED,
} from './samples.ts';

/** One line of a generated manifest, and which pair it belongs to (`p3:value`, `top:data_keys`). */
interface Line {
  text: string;
  owner: string;
}

/** A manifest in a random style. */
export interface Sample {
  text: string;
  lines: readonly Line[];
  names: readonly string[];
}

type Pick = <T>(choices: readonly T[]) => T;

/** All decisions come from fast-check, so that failures shrink. */
export const randomManifest: fc.Arbitrary<Sample> = fc
  .tuple(fc.array(fc.nat(9_999), { minLength: 40, maxLength: 400 }), fc.integer({ min: 1, max: 4 }))
  .map(([decisions, count]) => {
    let next = 0;
    const pick: Pick = (choices) => {
      next += 1;
      const at = (decisions[next % decisions.length] ?? 0) % choices.length;
      return choices[at] as (typeof choices)[number];
    };
    return pick([false, false, false, true]) ? writeJson(pick, count) : writeYaml(pick, count);
  });

class Writer {
  readonly lines: Line[] = [];
  readonly #pick: Pick;
  #comments = 0;

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  line(owner: string, text: string): void {
    this.lines.push({ owner, text });
  }

  /** A comment, or nothing, for the end of a line. */
  comment(): string {
    this.#comments += 1;
    return this.#pick(['', '', '', ` # c${this.#comments}`, `\t# c${this.#comments}: "x"`, '  ']);
  }

  between(indent: string, owner = ''): void {
    this.#comments += 1;
    const extra = this.#pick([
      undefined,
      undefined,
      '',
      `${indent}# b${this.#comments}`,
      `# b${this.#comments} value: x`,
    ]);
    if (extra !== undefined) this.line(owner, extra);
  }
}

function writeYaml(pick: Pick, count: number): Sample {
  const writer = new Writer(pick);
  const pairs = [
    ['path', pick(['/a/', '"/a"'])],
    ['region', pick(['us-east-1', "'us-east-1'"])],
    ['kmskey', 'alias/a'],
    ...pick([[], [['bucket', 'the-bucket']]]),
    ...pick([[], [['tags', '{t: 1, "u": v}']]]),
    ...pick([[], [['encrypted_with', pick(['arn:x', '"arn:x"', "'arn:x'", '>-\n  arn:x'])]]]),
  ];
  const order = pick([pairs, pairs.toReversed()]);
  for (const [key = '', value = ''] of order) {
    const [first = '', ...rest] = value.split('\n');
    writer.line(`top:${key}`, `${key}: ${first}${rest.length > 0 ? '' : writer.comment()}`);
    for (const line of rest) writer.line(`top:${key}`, line);
    writer.between('');
  }
  writeDataKeys(writer, pick);
  writer.line('', `parameters:${writer.comment()}`);
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const indent = pick(['', '  ', '    ']);
  for (const name of names) writeParameter(writer, pick, name, indent);
  return finish(writer, pick, names);
}

function writeDataKeys(writer: Writer, pick: Pick): void {
  const ids = pick([[KEY_ID], ['11111111', KEY_ID], [KEY_ID, '22222222', 'ffffffff']]);
  if (pick([true, true, false])) {
    writer.line('top:data_keys', `data_keys:${writer.comment()}`);
    for (const id of ids) {
      const key = pick([id, `"${id}"`]);
      const wrapped = pick([WRAPPED, `"${WRAPPED}"`]);
      if (pick([true, false])) {
        writer.line(`key:${id}`, `  ${key}: ${dataKeyInBraces(wrapped)}${writer.comment()}`);
        continue;
      }
      for (const line of dataKeyLines(key, wrapped).trimEnd().split('\n')) {
        writer.line(`key:${id}`, `${line}${writer.comment()}`);
      }
    }
  } else {
    const entries = ids.map((id) => `${id}: ${dataKeyInBraces()}`).join(', ');
    writer.line('top:data_keys', `data_keys: {${entries}}${writer.comment()}`);
  }
}

function writeParameter(writer: Writer, pick: Pick, name: string, indent: string): void {
  const sources = pick([
    ['value'],
    ['value'],
    ['sealed'],
    ['blob'],
    ['file'],
    ['generate'],
    ['file', 'sealed'],
    ['blob', 'generate'],
    ['list'],
  ]);
  const type = sources.includes('list') ? 'StringList' : pick(['SecureString', 'securestring']);
  if (pick([false, false, false, false, true])) {
    writer.line(
      `${name}:flow`,
      `${indent}- ${flowParameter(pick, name, type, sources)}${writer.comment()}`,
    );
    writer.between(indent);
    return;
  }
  const pairs = ['name', 'type', ...sources, ...pick([[], ['description'], ['tier', 'tags']])];
  const order = pick([pairs, pairs.toReversed(), [...pairs.slice(1), 'name']]);
  const dash = `-${pick([' ', ' ', '   '])}`;
  const inner = indent + ' '.repeat(dash.length);
  for (const [index, key] of order.entries()) {
    const start = index === 0 ? indent + dash : inner;
    writePair(writer, pick, name, key, type, start, inner);
    if (index < order.length - 1) writer.between(inner, `${name}:between`);
  }
  writer.between(indent);
}

function writePair(
  writer: Writer,
  pick: Pick,
  name: string,
  key: string,
  type: string,
  start: string,
  inner: string,
): void {
  const put = (owner: string, ...texts: string[]) => {
    for (const text of texts) writer.line(`${name}:${owner}`, text);
  };
  const c = () => writer.comment();
  switch (key) {
    case 'name':
      return put('name', `${start}name: ${pick([name, `"${name}"`])}${c()}`);
    case 'type':
      return put('type', `${start}type: ${pick([type, `"${type}"`, `'${type}'`])}${c()}`);
    case 'tier':
      return put('tier', `${start}tier: Standard${c()}`);
    case 'description':
      return put(
        'description',
        `${start}description: >`,
        `${inner}  value: not a key`,
        '',
        `${inner}  two`,
      );
    case 'tags':
      return put('tags', `${start}tags:${c()}`, `${inner}  own: 1${c()}`);
    case 'file':
      return put('origin', `${start}file: ${pick(['certs/x', '"certs/x"'])}${c()}`);
    case 'generate':
      return pick([true, false])
        ? put('origin', `${start}generate: {length: 8, require: [digit]}${c()}`)
        : put(
            'origin',
            `${start}generate:${c()}`,
            `${inner}  length: 8${c()}`,
            `${inner}  charset: hex`,
          );
    case 'sealed':
      return put(
        'value',
        ...pick([
          [`${start}value: ${SEALED}${c()}`],
          [`${start}value: "${SEALED}"${c()}`],
          [`${start}value: !!str ${SEALED}${c()}`],
          [`${start}value: &anchor ${SEALED}`],
          [`${start}value: >-${c()}`, `${inner}  ${SEALED}`],
        ]),
      );
    case 'list':
      return put(
        'value',
        ...pick([
          [`${start}value: [a, "b"]${c()}`],
          [`${start}value:${c()}`, `${inner}- a${c()}`, `${inner}- b`],
          [`${start}value: a,b${c()}`],
        ]),
      );
    case 'blob':
      return put('value', ...blobText(pick, start, inner, c()));
    default:
      return put('value', ...plainValue(pick, start, inner, c));
  }
}

function blobText(pick: Pick, start: string, inner: string, comment: string): string[] {
  const { sha256, size, key, binding, commit, messageId, commitment } = blob();
  const lines = [
    `sha256: ${sha256}`,
    `size: ${size}`,
    `key: ${key}`,
    `binding: ${binding}`,
    `commit: ${commit}`,
    `message_id: ${messageId}`,
    `commitment: ${commitment}`,
  ];
  const data = pick([['data: |', '  AAAA', '  BBBB'], ['data: AAAABBBB'], ['data: "AAAABBBB"']]);
  return pick([true, true, false])
    ? [`${start}blob:${comment}`, ...[...lines, ...data].map((line) => `${inner}  ${line}`)]
    : [`${start}blob: {${lines.join(', ')}, data: AAAABBBB}${comment}`];
}

function plainValue(pick: Pick, start: string, inner: string, c: () => string): string[] {
  return pick([
    [`${start}value: 1.10${c()}`],
    [`${start}value:    spaced out${c()}`],
    [`${start}value:\ttabbed${c()}`],
    [`${start}value: "double: #quoted"${c()}`],
    [`${start}value: 'it''s'${c()}`],
    [`${start}value:${c()}`, `${inner}  next line${c()}`],
    [`${start}value:${c()}`, `${inner}  # before`, `${inner}  "next line"${c()}`],
    [`${start}value: one`, `${inner}  two`, '', `${inner} three${c()}`],
    [`${start}value: "one`, '', `${inner}  two"${c()}`],
    [`${start}value: |${c()}`, `${inner}  # no comment`, '', `${inner}   more`],
    [`${start}value: |2-${c()}`, `${inner}    deeper`, `${inner}  value: x`],
    [`${start}value: |+${c()}`, `${inner} kept`, ''],
    [`${start}value: >-${c()}`, `${inner}    folded`, `${inner}    text`],
    [`${start}value: !!str 12${c()}`],
    [`${start}value: ! "x"${c()}`],
    [`${start}value: &a b${c()}`],
    [`${start}value: &a`, `${inner}  b${c()}`],
  ]);
}

function flowParameter(pick: Pick, name: string, type: string, sources: readonly string[]): string {
  const texts: Readonly<Record<string, string>> = {
    value: pick(['value: 1.10', 'value: "x, y"', "value: 'it''s'", 'value: two words']),
    sealed: `value: "${SEALED}"`,
    list: 'value: [a, b]',
    file: 'file: certs/x',
    generate: 'generate: {length: 8}',
  };
  const { sha256, size, key, binding, commit, messageId, commitment } = blob();
  const blobPairs = `blob: {sha256: ${sha256}, size: ${size}, key: "${key}", binding: ${binding}, commit: "${commit}", message_id: "${messageId}", commitment: "${commitment}", data: AAAABBBB}`;
  const pairs = [
    `name: ${name}`,
    `type: ${type}`,
    ...sources.map((s) => (s === 'blob' ? blobPairs : (texts[s] ?? ''))),
  ];
  const order = pick([pairs, pairs.toReversed()]);
  return pick([`{${order.join(', ')}}`, `{ ${order.join(' , ')}, }`]);
}

function writeJson(pick: Pick, count: number): Sample {
  const { sha256, size, key, binding, commit, messageId: message_id, commitment } = blob();
  const sealedBlob = {
    sha256,
    size,
    key,
    binding,
    commit,
    message_id,
    commitment,
    data: 'AAAABBBB',
  };
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const parameters = names.map((name) => {
    const pairs = Object.entries({
      name,
      type: pick(['SecureString', 'securestring']),
      ...pick<object>([
        { value: 'x' },
        { value: SEALED },
        { file: 'certs/x' },
        { generate: { length: 8 } },
        { blob: sealedBlob },
        { file: 'f', value: SEALED },
      ]),
    });
    return Object.fromEntries(pick([pairs, pairs.toReversed()]));
  });
  const json = {
    path: '/a/',
    region: 'us-east-1',
    ...pick<object>([{}, { encrypted_with: 'arn:x' }]),
    kmskey: 'alias/a',
    data_keys: pick<object>([
      { [KEY_ID]: dataKey() },
      { '11111111': dataKey(), [KEY_ID]: dataKey() },
    ]),
    parameters,
    ...pick<object>([{}, { bucket: 'the-bucket' }, { encrypted_with: 'arn:x' }]),
  };
  const text = JSON.stringify(json, undefined, pick([0, 2, '\t']));
  const writer = new Writer(pick);
  for (const line of text.split('\n')) writer.line('json', line);
  return finish(writer, pick, names);
}

function finish(writer: Writer, pick: Pick, names: readonly string[]): Sample {
  const eol = pick(['\n', '\n', '\r\n']);
  const body = writer.lines.map(({ text }) => text).join(eol);
  const start = pick(['', '', '\uFEFF', `# head${eol}---${eol}`]);
  const end = pick([eol, eol, '', `${eol}# end`, `${eol}${eol}`]);
  return { text: start + body + end, lines: writer.lines, names };
}
