import { describe, expect, test } from 'vitest';
import type { Content } from '../../../src/manifest/model.ts';
import {
  blob,
  blobLines,
  dataKey,
  dataKeyInBraces,
  dataKeyLines,
  HEAD,
  KEY_ID,
  meaning,
  parse,
  PSYML,
  SEALED,
  withParameter,
} from './samples.ts';

const KEYS = `${HEAD}encrypted_with: arn:x\ndata_keys: {${KEY_ID}: ${dataKeyInBraces()}}\n`;

function contentOf(text: string): Content | undefined {
  return parse(text).parameters[0]?.content;
}

function valueOf(value: string, type = 'String'): string | undefined {
  const content = contentOf(withParameter(`type: ${type}\nvalue: ${value}`));
  return content?.kind === 'plain' ? content.text : undefined;
}

const places = (text: string) =>
  parse(text).parameters.map(({ place }) => `${place.line}:${place.column}`);

describe('a complete manifest', () => {
  const TEXT = `# a comment
path: /apps/superman
region: us-east-1
kmskey: alias/superman
bucket: superman-secrets
account: 111122223333
tags: {cost_center: 17, team: ops}
encrypted_with: arn:aws:kms:us-east-1:111122223333:key/1
data_keys:
${dataKeyLines(KEY_ID)}parameters:
  - name: api/version
    description: 2024
    type: STRING
    value: 2
    tier: Intelligent-Tiering
    allowed_pattern: ^\\d+$
    data_type: text
    tags: {team: dev, 1: 2}
  - name: keystore
    type: securestring
    file: ../certs/keystore.jks
    store: s3
    extension: .jks
    encoding: base64
    blob:
${blobLines('      ')}
  - {name: password, type: securestring, generate: {length: 32, charset: "custom:ab1", require: [lower, digit]}, value: "${SEALED}"}
`;

  test('becomes the model', () => {
    const manifest = parse(TEXT);
    expect(manifest.text).toBe(TEXT);
    expect(manifest.file).toBe('m.yml');
    const tags = { cost_center: '17', team: 'ops' };
    const none = {
      origin: undefined,
      description: undefined,
      tier: undefined,
      store: 'auto',
      encoding: undefined,
      extension: '',
      allowedPattern: undefined,
      dataType: undefined,
      policies: undefined,
      tags,
    };
    expect(meaning(manifest)).toEqual({
      top: {
        path: '/apps/superman/',
        region: 'us-east-1',
        kmskey: 'alias/superman',
        bucket: 'superman-secrets',
        account: '111122223333',
        tags,
        encryptedWith: 'arn:aws:kms:us-east-1:111122223333:key/1',
        dataKeys: { [KEY_ID]: dataKey() },
      },
      parameters: [
        {
          ...none,
          name: 'api/version',
          fullName: '/apps/superman/api/version',
          type: 'String',
          typeAsWritten: 'STRING',
          content: { kind: 'plain', text: '2' },
          description: '2024',
          tier: 'Intelligent-Tiering',
          allowedPattern: String.raw`^\d+$`,
          dataType: 'text',
          tags: { cost_center: '17', team: 'dev', 1: '2' },
        },
        {
          ...none,
          name: 'keystore',
          fullName: '/apps/superman/keystore',
          type: 'SecureString',
          typeAsWritten: 'securestring',
          content: { kind: 'blob', blob: blob() },
          origin: { file: '../certs/keystore.jks' },
          store: 's3',
          encoding: 'base64',
          extension: '.jks',
        },
        {
          ...none,
          name: 'password',
          fullName: '/apps/superman/password',
          type: 'SecureString',
          typeAsWritten: 'securestring',
          content: { kind: 'sealed', text: SEALED },
          origin: { generate: { length: 32, charset: 'custom:ab1', require: ['lower', 'digit'] } },
        },
      ],
    });
  });

  test('records the position of each name, with or without byte order mark and CRLF', () => {
    expect(places(TEXT)).toEqual(['15:11', '23:11', '39:12']);
    expect(places(`\uFEFF${TEXT.replaceAll('\n', '\r\n')}`)).toEqual(['15:11', '23:11', '39:12']);
    expect(
      places('\uFEFF{path: /, region: us-east-1, parameters: [{name: p, type: String, value: x}]}'),
    ).toEqual(['1:50']);
  });
});

test.each(['0123', '1.10', '1e3'])(
  'a description and a tag are their text in the file: %s',
  (text) => {
    const lines = `type: String\ndescription: ${text}\ntags: {t: ${text}}\nvalue: v`;
    const [parameter] = parse(withParameter(lines)).parameters;
    expect(parameter?.description).toBe(text);
    expect(parameter?.tags['t']).toBe(text);
  },
);

describe('a plain value is its text in the file', () => {
  test.each([
    '2',
    '1.10',
    '0123',
    '0x1F',
    '0o17',
    '1e3',
    '1_000',
    '+1',
    '.5',
    '-0',
    '.inf',
    '.nan',
    '2024-01-01',
    '12:30:45',
    'yes',
    'No',
    'true',
    'False',
    'on',
    '~x',
    'Nullx',
    'null.',
    '-x',
    '?x',
    ':x',
    'a#b',
    'a:b',
    '<<',
    '=',
    'ENC',
    'a, [b] {c}',
    '12345678901234567890',
    '😀',
  ])('%s', (text) => {
    expect(valueOf(text)).toBe(text);
  });

  test.each([
    ['"1.10\\n"', '1.10\n'],
    ["'it''s'", "it's"],
    ['""" "', undefined],
    ['"null"', 'null'],
    ["'~'", '~'],
    ['!!str null', 'null'],
    ['! 12', '12'],
    ['&unused x', 'x'],
    ['two\n  lines', 'two lines'],
    ['|\n  a\n   b\n', 'a\n b\n'],
    ['|-\n  a\n', 'a'],
    ['|+\n  a\n', 'a\n\n'],
    ['>-\n  a\n  b\n', 'a b'],
  ])('and a value in another style is what it means in YAML: %j', (value, text) => {
    if (text === undefined) expect(() => valueOf(value)).toThrow();
    else expect(valueOf(value)).toBe(text);
  });

  test.each([
    ['[a, 1.10, "b c"]', 'a,1.10,b c'],
    ['\n- a\n- yes', 'a,yes'],
    ['a,b', 'a,b'],
    ['single', 'single'],
  ])('a StringList can be a list or its text: %j', (value, text) => {
    expect(valueOf(value, 'StringList')).toBe(text);
  });
});

/** Like the output of `openssl rand -base64 64`, without its line break. */
const RANDOM_KEY = Buffer.alloc(64, 0xa7).toString('base64');

describe('the content of a SecureString', () => {
  test.each<[string, string, Content]>([
    [
      'a long base64 text while the type is not lower-case',
      `SecureString\nvalue: ${PSYML}`,
      { kind: 'plain', text: PSYML },
    ],
    ['psyml’s ciphertext', `securestring\nvalue: ${PSYML}`, { kind: 'psyml', ciphertext: PSYML }],
    [
      'psyml’s ciphertext beside a file',
      `securestring\nfile: x\nvalue: ${PSYML}`,
      { kind: 'psyml', ciphertext: PSYML },
    ],
    [
      'base64 of less than 64 bytes',
      `securestring\nvalue: ${'AQ'.repeat(42)}`,
      { kind: 'plain', text: 'AQ'.repeat(42) },
    ],
    [
      'loose base64',
      `securestring\nvalue: ${'AQ'.repeat(45)}`,
      { kind: 'plain', text: 'AQ'.repeat(45) },
    ],
    [
      'a random key in base64, typed over ciphertext',
      `securestring\nvalue: ${RANDOM_KEY}`,
      { kind: 'plain', text: RANDOM_KEY },
    ],
    ['coffer’s ciphertext', `securestring\nvalue: ${SEALED}`, { kind: 'sealed', text: SEALED }],
    [
      'coffer’s ciphertext, the type in any case',
      `SecureString\nvalue: "${SEALED}"`,
      { kind: 'sealed', text: SEALED },
    ],
    ['nothing yet', 'SecureString\nfile: x', { kind: 'absent' }],
    [
      'a plain value with generate beside it',
      'SecureString\ngenerate: {length: 1}\nvalue: x',
      { kind: 'plain', text: 'x' },
    ],
  ])('%s', (_, lines, content) => {
    expect(contentOf(withParameter(`type: ${lines}`, KEYS))).toEqual(content);
  });

  test('takes nothing for psyml’s ciphertext without encrypted_with', () => {
    expect(contentOf(withParameter(`type: securestring\nvalue: ${PSYML}`))).toEqual({
      kind: 'plain',
      text: PSYML,
    });
  });

  test('accepts a blob’s data folded into lines', () => {
    const data = Buffer.alloc(150, 6).toString('base64');
    const text = withParameter(`type: securestring\nblob:\n${blobLines('  ', blob({ data }))}`);
    expect(contentOf(text)).toEqual({ kind: 'blob', blob: blob({ data }) });
  });
});

describe('psyml’s own files', () => {
  const PLAIN = `path: /apps/superman/
region: us-east-1
kmskey: alias/superman

tags:
  cost_center: team17
  project: superman

parameters:
  - name: api_version
    description: The version of the API endpoint, not a secret.
    type: String
    value: 2

  - name: api_token
    description: ''
    type: SecureString
    value: 5a5468-786448467a59-326436
`;
  test('plain', () => {
    expect(parse(PLAIN).parameters.map(({ content }) => content)).toEqual([
      { kind: 'plain', text: '2' },
      { kind: 'plain', text: '5a5468-786448467a59-326436' },
    ]);
  });

  test('encrypted, as PyYAML wrote them', () => {
    const text = `path: /apps/superman/
region: us-west-1
kmskey: alias/superman
encrypted_with: arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
tags:
  cost_center: team17
parameters:
- name: api_version
  description: The version of the API endpoint, which is a long text that PyYAML folds
    in two.
  value: '2'
  type: string
- name: api_token
  description: a token
  value: ${PSYML}
  type: securestring

`;
    const [version, token] = parse(text).parameters;
    expect(version?.content).toEqual({ kind: 'plain', text: '2' });
    expect(version?.description).toMatch(/folds in two\.$/);
    expect(token?.content).toEqual({ kind: 'psyml', ciphertext: PSYML });
  });

  test.each(['/apps', '/apps/', '/apps///', '/', '//'])('path %s ends with one slash', (path) => {
    expect(parse(withParameter('type: String\nvalue: x').replace('/a/', path)).path).toMatch(
      /^\/(apps\/)?$/,
    );
  });
});

describe('aliases and merges', () => {
  test('can share tags', () => {
    const text = `${HEAD}tags: &common {a: 1}
parameters:
  - {name: p, type: String, value: x, tags: &own {b: 2, c: 3}}
  - {name: q, type: String, value: x, tags: *own}
  - {name: r, type: String, value: x, tags: {<<: [*own, {d: 4, b: no}], c: 5}}
`;
    expect(parse(text).parameters.map(({ tags }) => tags)).toEqual([
      { a: '1', b: '2', c: '3' },
      { a: '1', b: '2', c: '3' },
      { a: '1', b: '2', c: '5', d: '4' },
    ]);
  });

  test('let a parameter take defaults from another one, if it has its own value', () => {
    const text = `${HEAD}parameters:
  - &base
    name: p
    type: &type String
    tier: Advanced
    value: x
  - <<: *base
    name: q
    value: y
  - {name: r, type: *type, value: z}
`;
    const [, q, r] = parse(text).parameters;
    expect(q).toMatchObject({
      name: 'q',
      type: 'String',
      tier: 'Advanced',
      content: { kind: 'plain', text: 'y' },
    });
    expect(r).toMatchObject({ type: 'String', content: { kind: 'plain', text: 'z' } });
  });

  test('treats a key such as constructor like any other', () => {
    const text = withParameter('type: String\nvalue: x\ntags: {__proto__: a, constructor: b}');
    expect(Object.entries(parse(text).parameters[0]?.tags ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(() => parse(withParameter('type: String\nvalue: x\n__proto__: {}'))).toThrow(
      'unknown key',
    );
    expect(() => parse(withParameter('type: String\nvalue: x\nconstructor: {}'))).toThrow(
      'unknown key',
    );
  });
});

test.each([
  ['a byte order mark', `\uFEFF${withParameter('type: String\nvalue: x')}`],
  [
    'document markers and directives',
    `%YAML 1.1\n---\n${withParameter('type: String\nvalue: x')}...\n`,
  ],
  ['CRLF', withParameter('type: String\nvalue: x').replaceAll('\n', '\r\n')],
  ['no newline at the end', withParameter('type: String\nvalue: x').trimEnd()],
  [
    'JSON',
    JSON.stringify({
      path: '/a',
      region: 'us-east-1',
      parameters: [{ name: 'p', type: 'String', value: 'x' }],
    }),
  ],
  [
    'a value that is a number in JSON',
    '{"path":"/a","region":"us-east-1","parameters":[{"name":"p","type":"String","value":2.50}]}',
  ],
])('accepts %s', (_, text) => {
  expect(parse(text).parameters).toHaveLength(1);
});
