import { describe, expect, test } from 'vitest';
import { editManifest } from '../../../src/manifest/edit.ts';
import type { WrappedDataKey } from '../../../src/crypto/data-keys.ts';
import type { ManifestEdit, ParameterEdit } from '../../../src/manifest/model.ts';
import {
  BINDING,
  blob,
  blobLines,
  COMMIT,
  dataKey,
  dataKeyInBraces,
  dataKeyLines,
  HEAD,
  KEY_ID,
  parse,
  SEALED,
  SEALED_AGAIN,
  withParameter,
  WRAPPED,
} from './samples.ts';

const KEYS = `${HEAD}data_keys: {${KEY_ID}: ${dataKeyInBraces()}}\n`;

function edit(text: string, changes: ManifestEdit): string {
  const edited = editManifest(parse(text), changes);
  // The result must be a valid manifest.
  parse(edited);
  return edited;
}

/** The lines of parameter `p` after an edit of it. */
function editLines(lines: string, change: ParameterEdit): string {
  const before = withParameter(lines, KEYS);
  const after = edit(before, { parameters: new Map([['p', change]]) });
  const start = `${KEYS}parameters:\n  - name: p\n`;
  expect(after.startsWith(start)).toBe(true);
  return after.slice(start.length, -1).replaceAll(/^ {4}/gm, '');
}

/** A parameter's lines with others around them. */
const amid = (lines: string) => `type: SecureString\n${lines}\n# c\n\ntier: Standard`;

const inList = (map: string) =>
  `${KEYS}parameters:\n  - ${map} # why\n  - name: other\n    type: String\n    value: x\n`;

const withKeys = (keys: string) =>
  `${HEAD}encrypted_with: arn:x\n${keys}parameters: [{name: p, type: String, value: x}]\n`;

const entry = (id: string) => dataKeyLines(id, 'AAAA');
/** In braces, as coffer writes it, and as somebody may have typed it. */
const written = dataKeyInBraces('AAAA');
const typed = `{key: "AAAA", binding: "${BINDING}", commit: "${COMMIT}"}`;

const sealed = { content: { kind: 'sealed', text: SEALED } } as const;
const plain = (text: string) => ({ content: { kind: 'plain', text } }) as const;
const toBlob = { content: { kind: 'blob', blob: blob() } } as const;

describe('a new value replaces the old one, and nothing else', () => {
  test.each([
    ['plain', 'value: a b', `value: ${SEALED}`],
    ['with a comment', 'value: a # why', `value: ${SEALED} # why`],
    ['with a tab before the comment', 'value: a\t# why', `value: ${SEALED}\t# why`],
    ['with trailing spaces', 'value: a  \t ', `value: ${SEALED}  \t `],
    ['with more space before', 'value:\t   a', `value:\t   ${SEALED}`],
    ['in double quotes', 'value: "a: # b"   # why', `value: ${SEALED}   # why`],
    ['in single quotes', "value: 'it''s'", `value: ${SEALED}`],
    ['on the next line', 'value:\n  a # why', `value:\n  ${SEALED} # why`],
    [
      'on the next line, comments above',
      'value: # 1\n# 2\n  # 3\n  "a" # 4',
      `value: # 1\n# 2\n  # 3\n  ${SEALED} # 4`,
    ],
    ['plain on several lines', 'value: a\n  b\n\n  c # why', `value: ${SEALED} # why`],
    ['quoted on several lines', 'value: "a\n\n  b" # why', `value: ${SEALED} # why`],
    ['a literal block', 'value: |\n  a\n  b', `value: ${SEALED}`],
    ['a literal block with a comment', 'value: |-  # why\n  a\n   b', `value: ${SEALED}  # why`],
    ['a literal block with an indentation', 'value: |2+\n   a\n  b', `value: ${SEALED}`],
    ['a folded block', 'value: >-\n  a\n\n  # no comment\n  b', `value: ${SEALED}`],
    ['a block that keeps blank lines', 'value: |+\n  a\n\n\n# c', `value: ${SEALED}\n\n\n# c`],
    ['a block that looks like keys', 'value: |\n  value: x\n  type: y\n', `value: ${SEALED}\n`],
    ['an anchor', 'value: &x a', `value: &x ${SEALED}`],
    ['a tag', 'value: !!str 12', `value: !!str ${SEALED}`],
    ['a key in quotes', '"value": a', `"value": ${SEALED}`],
    ['a space before the colon', 'value : a', `value : ${SEALED}`],
    ['sealed already', `value: ${SEALED_AGAIN}`, `value: ${SEALED}`],
    ['ciphertext in quotes', `value: "${SEALED_AGAIN}"`, `value: ${SEALED}`],
  ])('%s', (_, before, after) => {
    for (const [head, tail] of [
      ['', 'type: SecureString'],
      ['type: SecureString', ''],
      ['type: SecureString', '# value: a'],
    ]) {
      const around = (lines: string) =>
        [head, lines, tail].filter((part) => part !== '').join('\n');
      expect(editLines(around(before), sealed)).toBe(around(after));
    }
  });

  test.each([
    ['a list in brackets', 'value: [a, "b"] # why', 'value: c # why'],
    ['a list of lines', 'value: # why\n  - a # 1\n  - b\n# c', 'value: c # why\n# c'],
    ['a list that is not indented', 'value:\n- a\n- b', 'value: c'],
    ['a text', 'value: a,b', 'value: c'],
  ])('a StringList, %s', (_, before, after) => {
    const lines = `type: StringList\n${before}\ntier: Standard`;
    expect(editLines(lines, plain('c'))).toBe(lines.replace(before, after));
  });
});

describe('value and blob replace each other', () => {
  const B = blobLines('  ').trimEnd();
  test.each([
    ['plain', 'value: a # why', `blob: # why\n${B}`],
    ['without a comment', 'value: "a"', `blob:\n${B}`],
    [
      'on the next line',
      'value: # 1\n  a # 2',
      `blob: # 1 # 2\n${B}`.replace(' # 1 # 2', ' # 1\n # 2'),
    ],
    ['on the next line alone', 'value:\n  a', `blob:\n${B}`],
    ['a block', 'value: |- # why\n  a', `blob: # why\n${B}`],
    ['with a tag and an anchor', 'value: &x !!str a', `blob:\n${B}`],
    [
      'a blob',
      `blob: # why\n${blobLines('    ', blob({ data: 'AAAA' })).trimEnd()}`,
      `blob: # why\n${B}`,
    ],
    [
      'a blob in braces',
      `blob: {sha256: ${blob().sha256}, size: 16, key: AAAA, binding: ${BINDING}, commit: ${COMMIT}, message_id: ${blob().messageId}, commitment: ${blob().commitment}, path: x} # why`,
      `blob: # why\n${B}`,
    ],
  ])('%s', (_, before, after) => {
    expect(editLines(amid(before), toBlob)).toBe(amid(after));
  });

  test('a blob becomes ciphertext, or a multi-line text', () => {
    const before = amid(`blob: # why\n${B}`);
    expect(editLines(before, sealed)).toBe(amid(`value: ${SEALED} # why`));
    expect(editLines(before, plain('a\nb\n'))).toBe(amid('value: | # why\n  a\n  b'));
  });

  test('writes sealed bytes in lines of 76 characters', () => {
    const data = Buffer.alloc(120, 1).toString('base64');
    const after = editLines('value: a\ntype: SecureString', {
      content: { kind: 'blob', blob: blob({ data }) },
    });
    expect(after).toBe(`blob:\n${blobLines('  ', blob({ data }))}type: SecureString`);
    expect(after).toContain(`\n    ${data.slice(0, 76)}\n    ${data.slice(76, 152)}\n`);
  });
});

describe('a value beside its file: or generate:', () => {
  test.each([
    ['file: x # why'],
    ['file:\n  x'],
    ['generate: {length: 8}'],
    ['generate: {\n  length: 8\n  }'],
    ['generate:\n  length: 8 # why\n  charset: hex'],
    ['generate:\n  length: 8\n  require:\n  - digit'],
    ['file: >-\n  x'],
  ])('is added directly after it: %j', (origin) => {
    expect(editLines(amid(origin), sealed)).toBe(amid(`${origin}\nvalue: ${SEALED}`));
    expect(editLines(amid(origin), toBlob)).toBe(
      amid(`${origin}\nblob:\n${blobLines('  ').trimEnd()}`),
    );
    expect(editLines(amid(origin), { ...plain('a'), dropOrigin: true })).toMatch(
      /^type: SecureString\nvalue:\s+a( # why)?\n# c\n\ntier/,
    );
  });

  test('stays when the origin is removed', () => {
    const before = amid(`file: x # why\nvalue: ${SEALED}`);
    expect(editLines(before, { dropOrigin: true })).toBe(amid(`value: ${SEALED}`));
    expect(editLines(before, { ...plain('a\nb'), dropOrigin: true })).toBe(
      amid('value: |-\n  a\n  b'),
    );
  });

  test.each([
    [
      'the next key moves up',
      `  - file: x # why\n    value: ${SEALED}\n    type: SecureString\n    name: q\n`,
      `  - value: ${SEALED}\n    type: SecureString\n    name: q\n`,
    ],
    [
      'unless there is a comment between',
      `  - file: x\n    # c\n    value: ${SEALED}\n    type: SecureString\n    name: q\n`,
      `  - \n    # c\n    value: ${SEALED}\n    type: SecureString\n    name: q\n`,
    ],
  ])('after the dash: %s', (_, before, after) => {
    const head = `${KEYS}parameters:\n`;
    expect(edit(head + before, { parameters: new Map([['q', { dropOrigin: true }]]) })).toBe(
      head + after,
    );
  });
});

describe('the type', () => {
  test.each([
    ['SecureString # t', 'securestring # t'],
    ['"SecureString"', '"securestring"'],
    ["'SecureString' # t", "'securestring' # t"],
    ['>-\n  SecureString', 'securestring'],
    ['!!str SecureString', '!!str securestring'],
  ])('%j becomes %j', (before, after) => {
    const change = { type: 'securestring' };
    expect(editLines(`type: ${before}\nvalue: a`, change)).toBe(`type: ${after}\nvalue: a`);
  });

  test('does not change if it comes from an alias or a merge', () => {
    const text = `${HEAD}parameters:
  - {name: p, type: &t SecureString, value: x}
  - {name: q, type: *t, value: y}
`;
    expect(edit(text, { parameters: new Map([['q', { type: 'securestring' }]]) })).toBe(text);
  });
});

describe('maps in braces', () => {
  const B = blob();
  const flowBlob = `{sha256: ${B.sha256}, size: ${B.size}, key: ${B.key}, binding: ${B.binding}, commit: ${B.commit}, message_id: ${B.messageId}, commitment: ${B.commitment}, path: x.blobs/a.enc}`;

  test.each<[string, string, ParameterEdit, string]>([
    [
      'a value',
      '{name: p, value: a b, type: SecureString}',
      sealed,
      `{name: p, value: "${SEALED}", type: SecureString}`,
    ],
    [
      'a quoted value',
      '{ name: p, type: "SecureString", value: "a, b" }',
      { ...sealed, type: 'securestring' },
      `{ name: p, type: "securestring", value: "${SEALED}" }`,
    ],
    [
      'after a file',
      '{name: p, file: x, type: SecureString}',
      sealed,
      `{name: p, file: x, value: "${SEALED}", type: SecureString}`,
    ],
    [
      'after generate at the end',
      '{name: p, type: SecureString, generate: {length: 8}}',
      sealed,
      `{name: p, type: SecureString, generate: {length: 8}, value: "${SEALED}"}`,
    ],
    [
      'to a blob',
      '{name: p, value: !!str a, type: SecureString}',
      toBlob,
      `{name: p, blob: ${flowBlob}, type: SecureString}`,
    ],
    [
      'without its file',
      `{name: p, file: x, type: SecureString, value: "${SEALED}"}`,
      { dropOrigin: true },
      `{name: p, type: SecureString, value: "${SEALED}"}`,
    ],
    [
      'without its file, the first',
      `{file: x, name: p, type: SecureString, value: "${SEALED}"}`,
      { dropOrigin: true },
      `{name: p, type: SecureString, value: "${SEALED}"}`,
    ],
    [
      'without its file, the last',
      `{name: p, type: SecureString, value: "${SEALED}", file: x}`,
      { dropOrigin: true },
      `{name: p, type: SecureString, value: "${SEALED}"}`,
    ],
    [
      'several lines of text',
      '{name: p, type: SecureString, value: a}',
      plain('a\nb'),
      String.raw`{name: p, type: SecureString, value: "a\nb"}`,
    ],
  ])('%s', (_, before, change, after) => {
    expect(edit(inList(before), { parameters: new Map([['p', change]]) })).toBe(inList(after));
  });
});

describe('a manifest in JSON stays JSON', () => {
  const before = `{
  "path": "/a/",
  "kmskey": "alias/a",
  "region": "us-east-1",
  "parameters": [
    {"name": "p", "type": "SecureString", "file": "x"},
    {
      "name": "q",
      "type": "SecureString",
      "value": "x"
    }
  ]
}
`;
  const after = `{
  "path": "/a/",
  "kmskey": "alias/a",
  "region": "us-east-1",
  "encrypted_with": "arn:x",
  "data_keys": {"${KEY_ID}": {"key": "${WRAPPED}", "binding": "${BINDING}", "commit": "${COMMIT}"}},
  "parameters": [
    {"name": "p", "type": "securestring", "file": "x", "value": "${SEALED}"},
    {
      "name": "q",
      "type": "securestring",
      "value": "${SEALED}"
    }
  ]
}
`;
  const change = { ...sealed, type: 'securestring' };
  const changes = {
    encryptedWith: 'arn:x',
    dataKeys: { [KEY_ID]: dataKey() },
    parameters: new Map([
      ['p', change],
      ['q', change],
    ]),
  };

  test('on many lines', () => {
    expect(edit(before, changes)).toBe(after);
    const back = { ...plain('x'), type: 'SecureString' };
    const parameters = new Map<string, ParameterEdit>([
      ['p', { ...back, dropOrigin: true }],
      ['q', back],
    ]);
    const undone = edit(after, { encryptedWith: null, dataKeys: null, parameters });
    expect(undone).toBe(before.replace('"file"', '"value"'));
  });

  test('on one line', () => {
    const line = JSON.stringify(JSON.parse(before));
    expect(JSON.parse(edit(line, changes))).toEqual(JSON.parse(after));
    expect(edit(line, changes)).not.toContain('\n');
  });

  test('removes the comma before the last pair', () => {
    const last = before.replace(
      /\n\]?\}\n$/,
      ',\n  "encrypted_with": "arn:x",\n  "data_keys": {}\n}\n',
    );
    expect(edit(last, { encryptedWith: null, dataKeys: null })).toBe(before);
  });
});

describe('encrypted_with', () => {
  const tail = 'tags: {a: b}\nparameters: [{name: p, type: String, value: x}]\n';
  test.each([
    [
      'after the last setting',
      'path: /a/\nregion: us-east-1\nkmskey: alias/a # k\n# c\n\n',
      'path: /a/\nregion: us-east-1\nkmskey: alias/a # k\nencrypted_with: arn:x\n# c\n\n',
    ],
    [
      'in any order of the settings',
      'bucket: the-bucket\nregion: us-east-1\npath: /a/\n',
      'bucket: the-bucket\nregion: us-east-1\npath: /a/\nencrypted_with: arn:x\n',
    ],
    [
      'after all lines of a value',
      'path: /a/\nregion: >-\n  us-east-1\n\n',
      'path: /a/\nregion: >-\n  us-east-1\nencrypted_with: arn:x\n\n',
    ],
    [
      'in place of the old one',
      'path: /a/\nencrypted_with: arn:old # e\nregion: us-east-1\n',
      'path: /a/\nencrypted_with: arn:x # e\nregion: us-east-1\n',
    ],
    [
      'in the quotes of the old one',
      'path: /a/\nencrypted_with: "arn:old"\nregion: us-east-1\n',
      'path: /a/\nencrypted_with: "arn:x"\nregion: us-east-1\n',
    ],
    [
      'in place of an alias',
      'path: /a/\nregion: us-east-1\nkmskey: &k alias/a\nencrypted_with: *k # e\n',
      'path: /a/\nregion: us-east-1\nkmskey: &k alias/a\nencrypted_with: arn:x # e\n',
    ],
  ])('is added %s', (_, before, after) => {
    expect(edit(before + tail, { encryptedWith: 'arn:x' })).toBe(after + tail);
  });

  test.each(['', 'encrypted_with: arn:x # e\n', 'encrypted_with:\n  arn:x # e\n'])(
    'is removed with its whole line: %j',
    (line) => {
      const text = `path: /a/\nregion: us-east-1\n${tail}`;
      const before = text.replace('region', `${line}region`);
      expect(edit(before, { encryptedWith: null })).toBe(text);
    },
  );

  test('keeps the indentation of an indented manifest', () => {
    const text =
      '  path: /a/\n  region: us-east-1\n  parameters: [{name: p, type: String, value: x}]\n';
    const after = text.replace('  parameters', '  encrypted_with: arn:x\n  parameters');
    expect(edit(text, { encryptedWith: 'arn:x' })).toBe(after);
  });
});

describe('data_keys', () => {
  test.each<[string, string, string[], string]>([
    [
      'are added after encrypted_with, sorted',
      '',
      ['bbbbbbbb', 'aaaaaaaa'],
      `data_keys:\n${entry('aaaaaaaa')}${entry('bbbbbbbb')}`,
    ],
    [
      'add one at the start',
      `data_keys: # d\n${entry('bbbbbbbb')}`,
      ['aaaaaaaa', 'bbbbbbbb'],
      `data_keys: # d\n${entry('aaaaaaaa')}${entry('bbbbbbbb')}`,
    ],
    [
      'add one in the middle',
      `data_keys:\n${entry('aaaaaaaa')}  # c\n${entry('cccccccc')}`,
      ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'],
      `data_keys:\n${entry('aaaaaaaa')}${entry('bbbbbbbb')}  # c\n${entry('cccccccc')}`,
    ],
    [
      'add one to unsorted ones',
      `data_keys:\n${entry('cccccccc')}  "aaaaaaaa": ${typed} # a\n`,
      ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'],
      `data_keys:\n${entry('cccccccc')}${entry('dddddddd')}  "aaaaaaaa": ${typed} # a\n${entry('bbbbbbbb')}`,
    ],
    [
      'lose one',
      `data_keys:\n${entry('aaaaaaaa')}${entry('bbbbbbbb')}`,
      ['bbbbbbbb'],
      `data_keys:\n${entry('bbbbbbbb')}`,
    ],
    [
      'change altogether',
      `data_keys: # d\n${entry('aaaaaaaa')}  # c\n${entry('bbbbbbbb')}`,
      ['cccccccc'],
      `data_keys: # d\n${entry('cccccccc')}`,
    ],
    ['go', `data_keys: # d\n${entry('aaaaaaaa')}`, [], ''],
    [
      'grow in braces',
      `data_keys: {bbbbbbbb: ${typed}} # d\n`,
      ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'],
      `data_keys: {aaaaaaaa: ${written}, bbbbbbbb: ${typed}, cccccccc: ${written}} # d\n`,
    ],
    [
      'shrink in braces',
      `data_keys: {aaaaaaaa: ${typed}, bbbbbbbb: ${typed}, cccccccc: ${typed}}\n`,
      ['aaaaaaaa'],
      `data_keys: {aaaaaaaa: ${typed}}\n`,
    ],
    [
      'fill empty braces',
      'data_keys: {} # d\n',
      ['aaaaaaaa'],
      `data_keys: # d\n${entry('aaaaaaaa')}`,
    ],
  ])('%s', (_, before, ids, after) => {
    const dataKeys =
      ids.length > 0 ? Object.fromEntries(ids.map((id) => [id, dataKey('AAAA')])) : null;
    expect(edit(withKeys(before), { dataKeys })).toBe(withKeys(after));
  });

  test('what only wraps one anew is changed in its line', () => {
    const before = withKeys(
      `data_keys:\n${entry('aaaaaaaa').replace('AAAA', 'AAAA # a')}  bbbbbbbb: ${typed} # b\n`,
    );
    const after = before.replace('AAAA # a', 'BBBB # a').replace('{key: "AAAA', '{key: "CCCC');
    const dataKeys = { aaaaaaaa: dataKey('BBBB'), bbbbbbbb: dataKey('CCCC') };
    expect(edit(before, { dataKeys })).toBe(after);
  });

  test('another one under the same id takes its place as a whole', () => {
    const before = withKeys(`data_keys:\n${entry('aaaaaaaa').replace('AAAA', 'AAAA # a')}`);
    const other: WrappedDataKey = { ...dataKey('BBBB'), author: 'write-only' };
    const after = `${entry('aaaaaaaa').replace('AAAA', 'BBBB')}    author: write-only\n`;
    expect(edit(before, { dataKeys: { aaaaaaaa: other } })).toBe(withKeys(`data_keys:\n${after}`));
  });
});

describe('the whole file', () => {
  const before = `# head
path: /a/   # p
region: us-east-1

kmskey: 'alias/a'
parameters:
# unindented
- type: SecureString # t
  name: p
  value: x # v

# between
-   name: q
    file: certs/q   # f
    type: "SecureString"
- name: r
  type: String
  value: |
    value: x
- name: s
  type: SecureString
  value: last`;
  const after = `# head
path: /a/   # p
region: us-east-1

kmskey: 'alias/a'
encrypted_with: arn:x
data_keys:
${dataKeyLines(KEY_ID)}parameters:
# unindented
- type: securestring # t
  name: p
  value: ${SEALED} # v

# between
-   name: q
    file: certs/q   # f
    blob:
${blobLines('      ')}    type: "securestring"
- name: r
  type: string
  value: |
    value: x
- name: s
  type: securestring
  value: ${SEALED}`;
  const changes: ManifestEdit = {
    encryptedWith: 'arn:x',
    dataKeys: { [KEY_ID]: dataKey() },
    parameters: new Map<string, ParameterEdit>([
      ['p', { type: 'securestring', ...sealed }],
      ['q', { type: 'securestring', ...toBlob }],
      ['r', { type: 'string' }],
      ['s', { type: 'securestring', ...sealed }],
    ]),
  };

  test.each<[string, (text: string) => string]>([
    ['unchanged, without a newline at the end', (text) => text],
    ['with a newline at the end', (text) => `${text}\n`],
    ['with blank lines and a comment at the end', (text) => `${text}\n\n# end\n\n`],
    ['with CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['with a byte order mark', (text) => `\uFEFF${text}\n`],
    ['between document markers', (text) => `%YAML 1.2\n---\n${text}\n...\n`],
  ])('%s', (_, style) => {
    expect(edit(style(before), changes)).toBe(style(after));
  });
});

test('throws a plain Error for a parameter that does not exist', () => {
  const manifest = parse(withParameter('type: String\nvalue: x'));
  expect(() => editManifest(manifest, { parameters: new Map([['q', {}]]) })).toThrow(
    'unknown parameter: q',
  );
});
