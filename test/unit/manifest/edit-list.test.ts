import { describe, expect, test } from 'vitest';
import { editManifest } from '../../../src/manifest/edit.ts';
import type { ManifestEdit, NewParameter } from '../../../src/manifest/model.ts';
import { failureOf } from '../../support/failure.ts';
import { blob, blobLines, HEAD, KEY_ID, parse, SEALED, dataKeyInBraces } from './samples.ts';

const KEYS = `${HEAD}data_keys: {${KEY_ID}: ${dataKeyInBraces()}}\n`;

const N: NewParameter = { name: 'new', type: 'String', content: { kind: 'plain', text: 'v' } };

function edit(text: string, changes: ManifestEdit): string {
  const edited = editManifest(parse(text), changes);
  // The result must be a valid manifest.
  parse(edited);
  return edited;
}

/** The same edit of a list and of the text around it. */
function expectEdit(before: string, changes: ManifestEdit, after: string): void {
  for (const style of [
    (text: string) => text,
    (text: string) => text.replaceAll('\n', '\r\n'),
    (text: string) => `\uFEFF${text}`,
  ]) {
    expect(edit(style(KEYS + before), changes)).toBe(style(KEYS + after));
  }
}

const item = (name: string, indent = '  ') =>
  `${indent}- name: ${name}\n${indent}  type: String\n${indent}  value: v\n`;

describe('adds a new parameter after the last one', () => {
  test.each([
    ['indented', `parameters:\n${item('a')}`, item('new')],
    ['not indented', `parameters:\n${item('a', '')}`, item('new', '')],
    ['indented far', `parameters:\n${item('a', '      ')}`, item('new', '      ')],
    [
      'with spaces after the dash',
      'parameters:\n-   name: a\n    type: String\n    value: v\n',
      '-   name: new\n    type: String\n    value: v\n',
    ],
    [
      'with the dash on a separate line',
      'parameters:\n-\n  name: a\n  type: String\n  value: v\n',
      item('new', ''),
    ],
    [
      'with an anchor',
      'parameters:\n-   name: a\n    type: String\n    value: v\n- &x\n  name: b\n  type: String\n  value: v\n',
      '-   name: new\n    type: String\n    value: v\n',
    ],
    ['with a blank line between', `parameters:\n${item('a')}\n${item('b')}`, `\n${item('new')}`],
    [
      'with a blank line and a comment between',
      `parameters:\n${item('a')}\n  # b\n${item('b')}`,
      `\n${item('new')}`,
    ],
    ['with the last two close', `parameters:\n${item('a')}\n${item('b')}${item('c')}`, item('new')],
    [
      'after a block text',
      `parameters:\n${item('a')}\n  - type: String\n    name: b\n    value: |\n      x\n`,
      `\n${item('new')}`,
    ],
    [
      'after a block that keeps blank lines',
      `parameters:\n${item('a')}\n  - type: String\n    name: b\n    value: |+\n      x\n\n`,
      item('new'),
    ],
    [
      'in braces',
      'parameters:\n  - {name: a, type: String, value: v} # c\n',
      '  - {name: new, type: String, value: v}\n',
    ],
    [
      'in braces with spaces',
      'parameters:\n- { name: a, type: String, value: v }\n',
      '- { name: new, type: String, value: v }\n',
    ],
  ])('%s', (_, before, added) => {
    expectEdit(before, { add: [N] }, before + added);
    const after = (before + added).slice(0, -1);
    // A missing last line break counts as one.
    if (!before.endsWith('\n\n')) expectEdit(before.slice(0, -1), { add: [N] }, after);
  });

  test.each([
    ['a comment of the last one', '    # of a\n    # more\n', ''],
    ['an indented comment after a blank line', '\n    # of a\n', ''],
    ['a comment of the list', '', '  # - name: old\n  #   value: x\n'],
    ['a comment at the end', '', '\n# end\n\n'],
    ['a comment right at the end', '', '# end\n'],
    ['comments of both kinds', '    # of a\n', '  # end\n'],
    ['settings', '', '\n# of tags\ntags: {a: b}\n'],
    ['a document end', '', '...\n'],
    ['blank lines with spaces', '', '         \n\n'],
  ])('keeps %s in its place', (_, own, rest) => {
    const before = `parameters: # p\n${item('a')}${own}`;
    expectEdit(before + rest, { add: [N] }, before + item('new') + rest);
  });

  test('several at once, in order', () => {
    const names = ['new', 'm', 'o'];
    const add = names.map((name) => ({ ...N, name }));
    const close = `parameters:\n${item('a')}`;
    expectEdit(close, { add }, close + names.map((name) => item(name)).join(''));
    const parted = `parameters:\n${item('a')}\n${item('b')}\n# end\n`;
    const added = names.map((name) => `\n${item(name)}`).join('');
    expectEdit(parted, { add }, parted.replace('\n# end', `${added}\n# end`));
  });
});

describe('lists in brackets', () => {
  const A = '{name: a, type: String, value: v}';
  const M = '{name: new, type: String, value: v}';
  test.each([
    ['on one line', `[${A}] # c\n`, `[${A}, ${M}] # c\n`],
    ['with spaces', `[ ${A} ]\n`, `[ ${A}, ${M} ]\n`],
    ['a comma after the last', `[${A}, ]\n`, `[${A}, ${M}, ]\n`],
    ['on lines of their own', `[\n  ${A} # a\n  # b\n]\n`, `[\n  ${A}, # a\n  ${M}\n  # b\n]\n`],
    ['lines and commas', `[\n  ${A}, # a\n]\n`, `[\n  ${A}, # a\n  ${M},\n]\n`],
    [
      'a line for each key',
      '[\n  {\n    name: a,\n    type: String,\n    value: v\n  }\n]\n',
      '[\n  {\n    name: a,\n    type: String,\n    value: v\n  },\n  {\n    name: new,\n    type: String,\n    value: v\n  }\n]\n',
    ],
    [
      'brackets on one line',
      '[{\n    "name": "a",\n    "type": "String",\n    "value": "v"\n  }]\n',
      '[{\n    "name": "a",\n    "type": "String",\n    "value": "v"\n  }, {\n    "name": "new",\n    "type": "String",\n    "value": "v"\n  }]\n',
    ],
  ])('%s', (_, before, after) => {
    expectEdit(`parameters: ${before}`, { add: [N] }, `parameters: ${after}`);
    expectEdit(`parameters: ${after}`, { remove: new Set(['new']) }, `parameters: ${before}`);
  });

  test.each([
    ['the first', 'a', '[ {name: b, type: String, value: v} ]'],
    ['the last', 'b', '[ {name: a, type: String, value: v} ]'],
  ])('removes %s', (_, name, after) => {
    const before = '[ {name: a, type: String, value: v} , {name: b, type: String, value: v} ]';
    const edited = edit(`${KEYS}parameters: ${before}\n`, { remove: new Set([name]) });
    expect(edited.replaceAll(' ', '')).toBe(`${KEYS}parameters: ${after}\n`.replaceAll(' ', ''));
  });

  test('removes the comments beside and above a parameter with it', () => {
    const B = '  # b\n  # b\n  &x {name: b, type: String, value: v}, # beside b\n';
    expectEdit(flowWith(B), { remove: new Set(['b']) }, flowWith(''));
  });
});

/** A list in brackets, with this part between its two parameters. */
function flowWith(part: string): string {
  const a = '  # a\n  {name: a, type: String, value: v}, # beside a\n';
  return `parameters: [\n${a}${part}  # c\n  {name: c, type: String, value: v}\n]\n`;
}

function json(parameters: object[], indent?: number): string {
  const manifest = { path: '/a/', region: 'us-east-1', kmskey: 'alias/k', parameters };
  return `${JSON.stringify(manifest, undefined, indent)}\n`;
}

test('JSON stays JSON', () => {
  const old = { name: 'a', type: 'String', value: 'v' };
  const full: NewParameter = {
    name: 'new',
    type: 'SecureString',
    description: 'two\nlines',
    tier: 'Advanced',
    store: 's3',
    extension: '.tar',
    tags: { 'a: b': '1' },
    origin: { generate: { length: 8, charset: 'custom:"x', require: ['lower'] } },
    content: { kind: 'blob', blob: blob({ data: 'AAAA' }) },
  };
  const { sha256, size, key, binding, commit, messageId: message_id, commitment } = blob();
  const asJson = {
    name: 'new',
    description: 'two\nlines',
    type: 'SecureString',
    tier: 'Advanced',
    store: 's3',
    extension: '.tar',
    tags: { 'a: b': '1' },
    generate: { length: 8, charset: 'custom:"x', require: ['lower'] },
    blob: { sha256, size, key, binding, commit, message_id, commitment, data: 'AAAA' },
  };
  for (const indent of [undefined, 2]) {
    const edited = edit(json([old], indent), { add: [full] });
    expect(JSON.parse(edited)).toEqual(JSON.parse(json([old, asJson])));
    expect(edit(edited, { remove: new Set(['new']) })).toBe(json([old], indent));
  }
});

describe('writes everything that a parameter can have', () => {
  test('in the order of the documentation', () => {
    const before = `parameters:\n${item('a')}`;
    const add: NewParameter[] = [
      {
        name: 'new',
        type: 'SecureString',
        description: 'Why: because.',
        tier: 'Intelligent-Tiering',
        store: 'auto',
        encoding: 'base64',
        extension: '.jks',
        allowedPattern: '^[a-z]+$',
        dataType: 'text',
        tags: { team: 'a', 'cost center': '17', empty: '' },
        origin: { generate: { length: 32, charset: 'alnum', require: ['upper', 'digit'] } },
        content: { kind: 'sealed', text: SEALED },
      },
      { name: '123', type: 'String', description: '', content: { kind: 'plain', text: '1.10' } },
      {
        name: 'f',
        type: 'securestring',
        origin: { file: '7' },
        content: { kind: 'blob', blob: blob() },
      },
      { name: 't', type: 'SecureString', content: { kind: 'plain', text: 'one\ntwo\n' } },
    ];
    expectEdit(
      before,
      { add },
      `${before}  - name: new
    description: "Why: because."
    type: SecureString
    tier: Intelligent-Tiering
    store: auto
    encoding: base64
    extension: .jks
    allowed_pattern: ^[a-z]+$
    data_type: text
    tags:
      team: a
      "cost center": "17"
      empty: ""
    generate: { length: 32, charset: alnum, require: [upper, digit] }
    value: ${SEALED}
  - name: "123"
    description: ""
    type: String
    value: "1.10"
  - name: f
    type: securestring
    file: "7"
    blob:
${blobLines('      ')}  - name: t
    type: SecureString
    value: |
      one
      two
`,
    );
  });

  test('sealed bytes on their own lines, even if the other parameters are in braces', () => {
    const before = 'parameters:\n- {name: a, type: String, value: v}\n';
    const parameter: NewParameter = {
      name: 'new',
      type: 'SecureString',
      content: { kind: 'blob', blob: blob() },
    };
    expectEdit(
      before,
      { add: [parameter] },
      `${before}- name: new\n  type: SecureString\n  blob:\n${blobLines('    ')}`,
    );
  });

  test('a text in quotes where a block would swallow the next lines', () => {
    const before = `parameters:\n${item('a')}`;
    const add = [{ ...N, content: { kind: 'plain', text: 'x\ny' } } as const];
    const added = `  - name: new\n    type: String\n    value: "x\\ny"\n`;
    expectEdit(`${before}           \n`, { add }, `${before}${added}           \n`);
  });

  test('but not an empty text, or one that looks like ciphertext', async () => {
    for (const text of ['', 'ENC[canary]']) {
      const add = [{ ...N, content: { kind: 'plain', text } } as const];
      const { code, message } = await failureOf(() =>
        edit(`${HEAD}parameters:\n${item('a')}`, { add }),
      );
      expect(code).toBe('manifest');
      expect(message).not.toContain('canary');
    }
  });
});

describe('removes a parameter with its lines', () => {
  test.each([
    ['the first', 'a', `parameters: # p\n`, item('a'), item('b')],
    ['one in between', 'b', `parameters:\n${item('a')}`, item('b'), item('c')],
    ['the last', 'b', `parameters:\n${item('a')}`, item('b'), ''],
    [
      'the last before others',
      'b',
      `parameters:\n${item('a')}`,
      item('b'),
      '\n# t\ntags: {a: b}\n',
    ],
    ['comments above it', 'b', `parameters:\n${item('a')}`, `  # b\n# b\n${item('b')}`, item('c')],
    [
      'comments in and below it',
      'b',
      `parameters:\n${item('a')}`,
      `${item('b')}    # b\n`,
      item('c'),
    ],
    [
      'comments of the first',
      'a',
      `parameters: # p\n`,
      `  # a\n${item('a')}`,
      `  # b\n${item('b')}`,
    ],
    ['not those of the next', 'a', `parameters:\n`, item('a'), `  # b\n${item('b')}`],
    ['not those of the one before', 'b', `parameters:\n${item('a')}    # a\n`, item('b'), ''],
    ['not those at the end', 'b', `parameters:\n${item('a')}`, item('b'), '  # end\n# end\n'],
    ['a blank line with it', 'b', `parameters:\n${item('a')}`, `\n${item('b')}`, `\n${item('c')}`],
    ['the blank line before the last', 'b', `parameters:\n${item('a')}`, `\n${item('b')}`, ''],
    ['the blank line after the first', 'a', `parameters:\n`, `${item('a')}\n`, item('b')],
    [
      'not the comments of a group',
      'b',
      `parameters:\n${item('a')}\n  # group\n\n`,
      item('b'),
      item('c'),
    ],
    [
      'not the comments below a blank line',
      'b',
      `parameters:\n${item('a')}`,
      item('b'),
      `\n    # c\n${item('c')}`,
    ],
    [
      'in braces',
      'b',
      `parameters:\n${item('a')}`,
      `  # b\n  - {name: b, # c\n     type: String, value: v} # b\n`,
      item('c'),
    ],
    [
      'after a dash on its own line',
      'b',
      `parameters:\n${item('a')}`,
      '  - # b\n    name: b\n    type: String\n    value: v\n',
      item('c'),
    ],
    [
      'with its own anchor',
      'b',
      `parameters:\n${item('a')}`,
      '  - &b\n    name: b\n    type: &t String\n    value: v\n    description: *t\n',
      item('c'),
    ],
    [
      'with a text that looks like others',
      'b',
      `parameters:\n${item('a')}`,
      '  - name: b\n    type: String\n    value: |\n      - name: c\n\n      # no comment\n',
      item('c'),
    ],
    [
      'the blank lines that a kept text would swallow',
      'b',
      `parameters:\n  - type: String\n    name: a\n    value: |+\n      x\n\n`,
      `${item('b')}\n\n`,
      item('c'),
    ],
    [
      'the spaces that a text would swallow',
      'b',
      `parameters:\n  - type: String\n    name: a\n    value: |\n      x\n`,
      `${item('b')}            \n`,
      item('c'),
    ],
  ])('%s', (_, name, before, removed, after) => {
    expectEdit(before + removed + after, { remove: new Set([name]) }, before + after);
  });

  test('and keeps a last line without a line break', () => {
    const rest = `parameters:\n${item('a')}`;
    expectEdit(`${rest}${item('b')}`.slice(0, -1), { remove: new Set(['b']) }, rest.slice(0, -1));
  });

  test('unless that line belongs to a block text', () => {
    const rest = `parameters:\n- type: String\n  name: a\n  value: |+\n    x\n\n`;
    expectEdit(`${rest}${item('b', '')}`.slice(0, -1), { remove: new Set(['b']) }, rest);
  });

  test('several at once', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => item(name));
    const [a, , c] = all;
    const remove = new Set(['b', 'd']);
    expectEdit(`parameters:\n${all.join('')}`, { remove }, `parameters:\n${a}${c}`);
    expectEdit(`parameters:\n${all.join('\n')}`, { remove }, `parameters:\n${a}\n${c}`);
    expectEdit(
      `parameters:\n${all.join('\n')}`,
      { remove: new Set(['a', 'b', 'c']) },
      `parameters:\n${all[3]}`,
    );
    expectEdit(
      `parameters:\n${all.join('\n')}`,
      { remove: new Set(['b', 'c']) },
      `parameters:\n${a}\n${all[3]}`,
    );
  });
});

describe('does not remove a parameter', () => {
  test.each([
    ['that is the last', `parameters:\n${item('a')}`, ['a']],
    ['with all others', `parameters:\n${item('a')}${item('b')}`, ['a', 'b']],
    ['in brackets', 'parameters: [{name: a, type: String, value: v}]\n', ['a']],
    [
      'that others merge',
      `parameters:\n  - &a\n    name: a\n    type: String\n    value: v\n  - <<: *a\n    name: b\n    value: w\n`,
      ['a'],
    ],
    [
      'that has the type of others',
      `parameters:\n  - {name: a, type: &t String, value: v}\n  - {name: b, type: *t, value: v}\n`,
      ['a'],
    ],
  ])('%s', async (_, list, names) => {
    const failure = await failureOf(() => edit(KEYS + list, { remove: new Set(names) }));
    expect(failure.code).toBe('manifest');
    expect(failure.hint).toMatch(/\w/);
  });

  test('and throws a plain Error if it does not exist', () => {
    const remove = new Set(['x']);
    expect(() => edit(`${HEAD}parameters:\n${item('a')}`, { remove })).toThrow(
      'unknown parameter: x',
    );
  });
});

test('all kinds of edits work together', () => {
  const before = `parameters:
  - name: a # a
    type: SecureString
    value: one

  # b
  - name: b
    type: SecureString
    value: two

  - name: c
    type: SecureString
    value: three
`;
  const sealed = { kind: 'sealed', text: SEALED } as const;
  expectEdit(
    before,
    {
      parameters: new Map([
        ['a', { type: 'securestring', content: sealed }],
        ['c', { content: { kind: 'plain', text: 'x\n\n\n' } }],
      ]),
      remove: new Set(['b']),
      add: [{ name: 'd', type: 'securestring', content: sealed }],
    },
    `parameters:
  - name: a # a
    type: securestring
    value: ${SEALED}

  - name: c
    type: SecureString
    value: |+
      x


  - name: d
    type: securestring
    value: ${SEALED}
`,
  );
});

test('a new parameter can replace a removed one', () => {
  const before = `parameters:\n${item('a')}`;
  const add = [{ ...N, name: 'a', content: { kind: 'plain', text: 'new' } } as const];
  const remove = new Set(['a']);
  expectEdit(before, { add, remove }, before.replace(' v\n', ' new\n'));
});
