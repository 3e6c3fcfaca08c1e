import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEntries } from '../../../src/actions/import/read/index.ts';
import { FILE_KINDS, kindOf, type FileKind } from '../../../src/actions/import/read/kinds.ts';
import { CofferError } from '../../../src/errors.ts';
import { readDotenv } from '../../support/dotenv-reader.ts';
import { readGodotenv } from '../../support/godotenv-reader.ts';
import { byLength } from '../../support/length.ts';

function read(text: string, kind: FileKind) {
  const { entries } = readEntries(Buffer.from(text), 'file', kind);
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

/** The lines and messages of what is refused. */
function refusal(text: string, kind: FileKind): string[] {
  try {
    read(text, kind);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    expect(error.code).toBe('source');
    return error.problems.map(({ place, message }) => `${place?.line ?? '-'}: ${message}`);
  }
  throw new Error('it was read');
}

test('refuses what dotenvx encrypted, and says how to decrypt it', () => {
  const ciphertext = `encrypted:${'BG/8'.repeat(40)}==`;
  const text = `DOTENV_PUBLIC_KEY="039b"\nA=${ciphertext}\nB='${ciphertext}'\nC=encrypted:no\n`;
  expect(refusal(text, 'dotenv')).toEqual([
    '2: A: dotenvx encrypted this value',
    '3: B: dotenvx encrypted this value',
  ]);
});

test.each([
  ['.env', 'dotenv'],
  ['a/.env.production', 'dotenv'],
  ['app.JSON', 'json'],
  ['app.yaml', 'yaml'],
  ['app.yml', 'yaml'],
  ['terraform.tfvars', 'tfvars'],
])('%s is read as %s', (file, kind) => expect(kindOf(file)).toBe(kind));

describe('a dotenv file', () => {
  test('gives what stands there, with BOM, CRLF, export, quotes, and quotes over several lines', () => {
    const text = `\uFEFF# comment
export A=plain text here\t
  B = 0123
C="two\\nlines and
a third" # comment
D='$not "replaced" \\n'
E=
F=x # comment
G=a=b:c"d
`;
    const expected = {
      A: 'plain text here',
      B: '0123',
      C: 'two\nlines and\na third',
      D: '$not "replaced" \\n',
      E: '',
      F: 'x',
      G: 'a=b:c"d',
    };
    expect(read(text, 'dotenv')).toEqual(expected);
    expect(read(text.replaceAll('\n', '\r\n'), 'dotenv')).toEqual(expected);
    const { warnings } = readEntries(Buffer.from(text), 'file', 'dotenv');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/readers do: F$/),
    ]);
  });

  test.each([
    ['A=a#b', /^1: A: dotenv for Node cuts it at the #/],
    ['A=pa$word', /^1: A: godotenv, python-dotenv and Docker Compose replace \$/],
    ['A="pa${word}"', /^1: A: godotenv, python-dotenv/],
    [String.raw`A="a\tb"`, /^1: A: readers differ about every escape/],
    [String.raw`A="{\"b\":1}"`, /^1: A: readers differ about every escape/],
    [String.raw`A='a\\b'`, /^1: A: readers differ about a backslash/],
    ['A=`a`', /^1: A: only dotenv for Node reads backticks/],
    ['A="open\nB=1', /^1: A: the quote does not end/],
    [`A='a' b`, /^1: A: text follows the quote/],
    ['\nA: b', /^2: there is no =/],
    ['A=x\ncanary', /^2: there is no =/],
    ['+canary/==', /^1: this is not a line of the form NAME=value/],
  ])('is refused where readers differ: %j', (text, says) => {
    const [first = ''] = refusal(text, 'dotenv');
    expect(first).toMatch(says);
    expect(first).not.toMatch(/canary|pa\$|"b"/);
  });

  test('is read as dotenv for Node and godotenv read it, or refused', () => {
    const piece = fc.constantFrom('a', ' ', '#', '$', '\\', 'n', '"', "'", '\n', '=', '\t', '{');
    const body = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const written = fc.oneof(
      body.map((text) => `"${text}"`),
      body.map((text) => `'${text}'`),
      body,
    );
    let agreed = 0;
    fc.assert(
      fc.property(written, (value) => {
        const text = `A=${value}\n`;
        let ours;
        try {
          ours = read(text, 'dotenv');
        } catch (error) {
          if (error instanceof CofferError) return;
          throw error;
        }
        agreed += 1;
        expect(readDotenv(text)).toEqual(ours);
        // Its stand-in reads only quoted values.
        if (
          /^("|')[^]*\1$/.test(value) &&
          !/["']\s*#/.test(value) &&
          Object.keys(ours).length === 1
        ) {
          expect(readGodotenv(text)).toEqual(ours);
        }
      }),
      { numRuns: byLength(300, 3000) },
    );
    expect(agreed).toBeGreaterThan(30);
  });
});

describe('YAML and JSON', () => {
  test.each([
    ['yaml', 'a: 0123\nb: yes\nc: 1e3\nd: 2026-01-01\ne: 1.10\n'],
    ['yaml', '\uFEFFa: "0123"\r\nb: \'yes\'\r\nc: 1e3\r\nd: 2026-01-01\r\ne: 1.10\r\n'],
    ['json', '{"a": "0123", "b": "yes", "c": 1e3, "d": "2026-01-01", "e": 1.10}'],
    ['json', '{\n\t"a": "0123",\n\t"b": "yes", "c": 1e3, "d": "2026-01-01",\n\t"e": 1.10\n}\n'],
  ] as const)('%s: a scalar is the text that stands there: %j', (kind, text) => {
    expect(read(text, kind)).toEqual({ a: '0123', b: 'yes', c: '1e3', d: '2026-01-01', e: '1.10' });
  });

  test('maps become names with slashes; null, nothing and lists stay what they are', () => {
    const expected = {
      'db/password': 'pä\n"x"/😀',
      'db/n': null,
      'db/e': '',
      'db/q': 'null',
      l: ['1', 'two'],
      big: '12345678901234567890',
    };
    const json = String.raw`{"db": {"password": "p\u00e4\n\"x\"\/\ud83d\ude00", "n": null, "e": "", "q": "null"}, "l": [1, "two"], "big": 12345678901234567890}`;
    expect(read(json, 'json')).toEqual(expected);
    const yaml = `db:
  password: |-
    pä
    "x"/😀
  n: ~
  e: ''
  q: "null"
l: [1, two]
big: 12345678901234567890
`;
    expect(read(yaml, 'yaml')).toEqual(expected);
    expect(read('a:\nb: null\n', 'yaml')).toEqual({ a: null, b: null });
  });

  test.each([
    ['yaml', 'a: canary\na: canary\n', '2: a name is there twice'],
    ['json', '{"a": "canary",\n"a": "canary"}', '2: a name is there twice'],
    ['yaml', 'a: &x canary\nb: *x\n', '2: b: an alias (*…)'],
    ['yaml', '<<: {a: canary}\n', '1: a key that is not a text'],
    ['yaml', 'a: !!binary canary\n', '1: a: a tag (!…) that coffer does not know'],
    ['yaml', 'a: [{b: canary}]\n', '1: a: a list of something else than texts'],
    ['yaml', 'a: x\n---\nb: canary\n', '2: this file holds several documents'],
    ['yaml', 'a: "canary\n', '2: this is not valid'],
    ['yaml', 'canary\n', '-: file is not a map of names and values'],
    ['json', '{a: canary}', '-: file is not valid JSON'],
    ['json', '["canary"]', '-: file is not a map of names and values'],
  ] as const)('%s %j is refused', (kind, text, says) => {
    expect(refusal(text, kind)[0]).toBe(says);
    expect(refusal(text, kind).join()).not.toContain('canary');
  });
});

function output(value: unknown, type: unknown, sensitive = false) {
  return { sensitive, type, value };
}

describe('what terraform output -json prints', () => {
  test('gives the values alone, at their lines', () => {
    const outputs = {
      'db-password': output('s3cret "x"', 'string', true),
      ports: output([1, 2], ['tuple', ['number', 'number']]),
      db: output({ host: 'h', user: { name: 'u' } }, ['object', { host: 'string' }]),
      none: output(null, 'dynamic'),
    };
    const text = JSON.stringify(outputs, null, 2);
    expect(read(text, 'json')).toEqual({
      'db-password': 's3cret "x"',
      ports: ['1', '2'],
      'db/host': 'h',
      'db/user/name': 'u',
      none: null,
    });
    const { entries } = readEntries(Buffer.from(text), 'file', 'json');
    expect(entries[0]?.line).toBe(5);
  });

  test.each([
    ['a secret beside the three', { a: { ...output('x', 'string'), more: 'y' } }],
    ['one member without them', { a: output('x', 'string'), b: 'y' }],
    ['"sensitive" that is no truth', { a: { ...output('x', 'string'), sensitive: 'shy' } }],
    ['a part of them', { a: { value: 'x', type: 'string' } }],
  ])('%s makes it an ordinary map', (_, data) => {
    expect(read(JSON.stringify(data), 'json')).toMatchObject({
      'a/value': 'x',
      'a/type': 'string',
    });
  });
});

test.each(['a: 1\nb: ~\nc:\n', 'a: 1\r\nb: ~\r\nc:\r\n'])('a null is at its line: %j', (text) => {
  const { entries } = readEntries(Buffer.from(text), 'file', 'yaml');
  expect(entries.map(({ name, line }) => `${line}: ${name}`)).toEqual(['1: a', '2: b', '3: c']);
});

describe('tfvars', () => {
  test('gives literal values, with comments, escapes and CRLF', () => {
    const text = String.raw`# comment
name = "a\nb\t\"c\" \u00e4 $" // comment
"quoted" = 1e3
truth=true
/* more */ list = ["x", "y",
  3, ] # end
none = null
`;
    const expected = {
      name: 'a\nb\t"c" ä $',
      quoted: '1e3',
      truth: 'true',
      list: ['x', 'y', '3'],
      none: null,
    };
    expect(read(text, 'tfvars')).toEqual(expected);
    expect(read(text.replaceAll('\n', '\r\n'), 'tfvars')).toEqual(expected);
    expect(read('', 'tfvars')).toEqual({});
    expect(read('a = "$${lit} %%{lit}"', 'tfvars')).toEqual({ a: '${lit} %{lit}' });
  });

  test.each([
    ['a = "x"\nb = "${var.canary}"\n', '2: b: a template'],
    ['a = var.canary\n', '1: this is not a name and a literal value'],
    ['a = { b = "canary" }\n', '1: this is not a name and a literal value'],
    ['a = <<EOT\n${canary}\nEOT\n', '1: a: a template'],
    ['a = <<EOT\r\ncanary\r\nEOT\r\n', '1: a: a heredoc with CRLF'],
    ['a = <<EOT\ncanary\nEOT2\n', '1: this is not a name and a literal value'],
    ['a = "x" "canary"\n', '1: this is not a name and a literal value'],
    ['a = [1 2]\n', '1: this is not a name and a literal value'],
    [`a = [${'1'.repeat(80)}\n`, '1: this is not a name and a literal value'],
    [`${'/**/'.repeat(80)}${'#'.repeat(80)}\n!\n`, '2: this is not a name and a literal value'],
  ])('%j is refused', (text, says) => {
    expect(refusal(text, 'tfvars')).toEqual([says]);
  });
});

test('a heredoc of tfvars gives its lines, as the specification of HCL says', () => {
  const text = `
plain = <<EOT
    Foo\\n
      "Bar" = [

    $\${Baz} # no comment
  EOT
marked = <<-END

    Foo

      Bar
    NOT END
    END
empty = <<E
E
next = 1
`;
  expect(read(text, 'tfvars')).toEqual({
    plain: '    Foo\\n\n      "Bar" = [\n\n    ${Baz} # no comment\n',
    marked: '\nFoo\n\n  Bar\nNOT END\n',
    empty: '',
    next: '1',
  });
});

test('all faults of tfvars are listed, each at its line', () => {
  const text = `# comment
a = "1"

c = var.x
d = {
  e = "}"
  f = <<E
}
E
}
  g = "\${h}" # comment
i = upper("x",
  "y")
j = 1
k
`;
  const expected = [
    '4: this is not a name and a literal value',
    '5: this is not a name and a literal value',
    '11: g: a template',
    '12: this is not a name and a literal value',
    '15: this is not a name and a literal value',
  ];
  expect(refusal(text, 'tfvars')).toEqual(expected);
  expect(refusal(text.replaceAll('\n', '\r\n'), 'tfvars')).toEqual(expected);
});

test.each(FILE_KINDS)('%s: another encoding is refused', (kind) => {
  const bytes = Buffer.from('\uFEFFA=1', 'utf16le');
  expect(() => readEntries(bytes, 'file', kind)).toThrow('file is not UTF-8 text');
});
