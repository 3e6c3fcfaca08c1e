import { PARAMETER_KEYS } from '../../../src/manifest/fields.ts';
import { B, V, testProblems } from './problem-cases.ts';
import { HEAD as H, withParameter as P } from './samples.ts';

testProblems('YAML itself', [
  [
    'an empty file',
    '',
    ['1:1 the manifest is empty | a manifest needs at least path, region and parameters'],
  ],
  [
    'a file with nothing but comments',
    '# nothing\n---\n',
    ['1:1 the manifest is empty | a manifest needs at least path, region and parameters'],
  ],
  [
    'a list at the root',
    '- a\n',
    [
      '1:1 the manifest is not a map of keys and values | begin with "path: /…/", "region: …" and "parameters:"',
    ],
  ],
  [
    'a text at the root',
    'just text\n',
    [
      '1:1 the manifest is not a map of keys and values | begin with "path: /…/", "region: …" and "parameters:"',
    ],
  ],
  ...(
    [
      [
        'a README',
        '# App\n\nIt says: hello\nand more\n\n```yaml\npath: /a/\n```\n\n## B: c\n',
        'not YAML',
      ],
      ['code', 'const a = {b: 1};\nconst c = [;\n', 'not YAML'],
      [
        'a PEM with headers',
        '-----BEGIN KEY-----\nProc-Type: 4\nDEK-Info: AES\n\nab\n',
        'not YAML',
      ],
      ['a package.json', '{"name": "app", "version": "1", "bin": {"a": "b"}, "files": []}', 'none'],
      ['a compose file', 'services:\n  app:\n    image: x\nvolumes: {}\n', 'none'],
    ] as const
  ).map(([what, text, why]): [string, string, string[]] => [
    `${what}, which is no manifest at all`,
    text,
    [
      `1:1 this is not a manifest: it ${why === 'none' ? 'has none of the keys of one' : `is ${why}`} | a manifest begins with "path: /…/", "region: …" and "parameters:"; is it the right file?`,
    ],
  ]),
  [
    'a tab as indentation',
    'path: /a/\nparameters:\n\t- name: p\n',
    ['3:1 a tab in the indentation | YAML indents with spaces only: replace the tab'],
  ],
  [
    'a key without a colon',
    'path: /a/\nregion\nkmskey: x\n',
    [
      '2:1 a key without a colon, or one that runs over several lines | write key: value, with a space after the colon, and close all quotes',
    ],
  ],
  [
    'the marks of merge conflicts, whatever YAML makes of the lines between',
    'path: /a/\n<<<<<<< ours\nregion: x\n=======\nregion: y\n>>>>>>> theirs\nkmskey: x\n<<<<<<< ours\n',
    ['2:1', '8:1'].map(
      (place) =>
        `${place} a merge conflict of git | keep the lines of one side, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>`,
    ),
  ],
  [
    'an open quote',
    'path: "/a/\nregion: x\n',
    [
      '3:1 the quoted text before this is not closed | add the closing quote, and indent every line of the text',
    ],
  ],
  [
    'an open bracket',
    'path: /a/\ntags: {a: b\nregion: x\n',
    [
      "3:1 a { or [ above this is not closed | add the closing } or ]; if a text is meant, put the text in quotes: 'like this'",
    ],
  ],
  [
    'a colon and a space in a plain value',
    V('a: b'),
    [
      "7:12 a map or list where YAML allows only a text | a text that contains a colon and a space needs quotes: 'like this'; or is a line indented too far?",
    ],
  ],
  [
    'a value that begins with an at sign',
    V('@x'),
    [
      "7:12 a text that begins with a character YAML reserves | put the text in quotes: 'like this'",
    ],
  ],
  [
    'a value that begins with a percent sign',
    V('%x'),
    [
      "7:12 a text that begins with a character YAML reserves | put the text in quotes: 'like this'",
    ],
  ],
  [
    'a bad escape in double quotes',
    V('"a\\qb"'),
    [
      "7:14 an unknown backslash escape in double quotes | write the backslash twice, or use single quotes: 'like this'",
    ],
  ],
  [
    'a comment without a space',
    V('"a"# c'),
    ['7:15 a comment without a space before it | write a space before the #'],
  ],
  [
    'wrong indentation',
    'path: /a/\n region: x\n',
    [
      "1:7 a map or list where YAML allows only a text | a text that contains a colon and a space needs quotes: 'like this'; or is a line indented too far?",
    ],
  ],
  [
    'a second document',
    `${P('type: String\nvalue: x')}---\npath: /b/\n`,
    [
      '8:1 several YAML documents in one file | a manifest is one document: remove the line ---, or split the file',
    ],
  ],
  [
    'a key that is a list',
    'path: /a/\n[a]: b\n',
    [
      "2:1 a key that is not a text | write key: value; a text that begins with [, {, * or ! needs quotes: 'like this'",
    ],
  ],
  [
    'a key with a question mark',
    'path: /a/\n? region\n: x\n',
    ['2:1 a key written with a question mark | write key: value'],
  ],
  [
    'two anchors',
    V('&a &b x'),
    [
      "7:15 two anchors (&…) in one place | remove one; if a text is meant, put the text in quotes: 'like this'",
    ],
  ],
  [
    'a NUL byte',
    'path: /a/\nregion: a\0b\0\n',
    [
      '2:10 a control character, which YAML does not allow (and 1 more) | write it as an escape in double quotes, such as "\\u0007"; is the file UTF-8 text at all?',
    ],
  ],
  [
    'a bare carriage return',
    'path: /a/\rregion: x\r',
    [
      '1:10 a carriage return without a line feed after it (and 1 more) | end lines with LF or CRLF; in a text write it as "\\r" in double quotes',
    ],
  ],
  [
    'several slips, each on its line',
    'path: "a"b\nregion: @x\ntags: %y\n',
    [
      "1:10 a character that YAML does not expect here | check brackets, commas and quotes before it; if it is part of a text, put the text in quotes: 'like this'",
      "2:9 a text that begins with a character YAML reserves | put the text in quotes: 'like this'",
      "3:7 a text that begins with a character YAML reserves | put the text in quotes: 'like this'",
    ],
  ],
]);

testProblems('keys', [
  [
    'a misspelt key at the top',
    P('type: String\nvalue: x').replace('region:', 'regoin:'),
    [
      '1:1 the key "region" is missing | add the AWS region at the top, such as "region: us-east-1"',
      '2:1 unknown key "regoin" | did you mean "region"?',
    ],
  ],
  [
    'a misspelt key of a parameter',
    P('type: String\nvlaue: x'),
    [
      '5:5 parameter "p": the value is missing | add "value:", "file:" or "generate:"',
      '7:5 parameter "p": unknown key "vlaue" | did you mean "value"?',
    ],
  ],
  [
    'a camel-case key',
    P('type: String\nvalue: x\nallowedPattern: x'),
    ['8:5 parameter "p": unknown key "allowedPattern" | did you mean "allowed_pattern"?'],
  ],
  [
    'a key of a parameter at the top',
    `tier: Standard\n${P('type: String\nvalue: x')}`,
    ['1:1 unknown key "tier" | "tier" belongs to a parameter, below "parameters"'],
  ],
  [
    'a key of the top in a parameter',
    P('type: String\nvalue: x\nregion: x'),
    [
      '8:5 parameter "p": unknown key "region" | "region" belongs at the top of the manifest, beside "path"',
    ],
  ],
  [
    'a key like no other',
    P('type: String\nvalue: x\nzzz: 1'),
    [`8:5 parameter "p": unknown key | the keys allowed here are ${PARAMETER_KEYS.join(', ')}`],
  ],
  [
    'an unknown key of generate',
    P('type: SecureString\ngenerate: {lenght: 3}'),
    [
      '7:15 parameter "p": the key "length" is missing | add the number of characters, such as "length: 32"',
      '7:16 parameter "p": unknown key "lenght" | did you mean "length"?',
    ],
  ],
  [
    'an unknown key of a blob',
    B((l) => [...l, 'etag: x']),
    [
      '16:7 parameter "p": unknown key | the keys allowed here are sha256, size, key, binding, commit, message_id, commitment, recovery, data, path',
    ],
  ],
  [
    'a duplicate key',
    P('type: String\nvalue: x\ntype: String'),
    ['8:5 duplicate key "type" | a map may have a key only once: remove one'],
  ],
  [
    'a duplicate tag',
    P('type: String\nvalue: x\ntags: {a: 1, a: 2}'),
    ['8:18 duplicate key | a map may have a key only once: remove one'],
  ],
  [
    'no path, region and parameters',
    'kmskey: alias/x\n',
    [
      '1:1 the key "region" is missing | add the AWS region at the top, such as "region: us-east-1"',
      '1:1 the key "path" is missing | add the prefix of all names at the top, such as "path: /apps/superman/"',
      '1:1 the key "parameters" is missing | add "parameters:" and below it a list of them, each with name, type and value',
    ],
  ],
  [
    'no name and type',
    `${H}parameters:\n  - value: x\n`,
    [
      '5:5 parameter 1: the key "name" is missing | add "name: …"',
      '5:5 parameter 1: the key "type" is missing | add "type: SecureString" (or String, or StringList)',
    ],
  ],
  [
    'no kmskey with a SecureString',
    P('type: SecureString\nvalue: x', 'path: /a/\nregion: us-east-1\n'),
    [
      '1:1 the key "kmskey" is missing: parameter "p" is a SecureString | add it at the top, such as "kmskey: alias/superman"',
    ],
  ],
]);
