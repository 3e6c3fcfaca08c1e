import { B, problemsOf, set, testProblems, type Case } from './problem-cases.ts';
import { withParameter as P } from './samples.ts';

testProblems('other keys', [
  [
    'an invalid type',
    P('type: Secure\nvalue: x'),
    [
      '6:11 parameter "p": "type" must be String, StringList or SecureString | for example: SecureString',
    ],
  ],
  ...['', 'type: Secure\n', 'typ: SecureString\n'].map((type): Case => [
    `with ${JSON.stringify(type)} as the type, which says nothing of other keys`,
    P(`${type}value: x\nmax_age: 90d\nchanged: 2026-01-01\ndata_type: aws:ssm:integration`),
    problemsOf(P(`${type}value: x`)),
  ]),
  [
    'an invalid tier',
    P('type: String\nvalue: x\ntier: advanced'),
    [
      '8:11 parameter "p": "tier" must be Standard, Advanced or Intelligent-Tiering | did you mean Advanced?',
    ],
  ],
  [
    'an invalid store',
    P('type: String\nvalue: x\nstore: sss'),
    ['8:12 parameter "p": "store" must be auto, ssm or s3 | did you mean ssm?'],
  ],
  [
    'an invalid encoding',
    P('type: String\nvalue: x\nencoding: utf8'),
    ['8:15 parameter "p": "encoding" must be base64, or absent | for example: base64'],
  ],
  [
    'an extension without a dot',
    P('type: String\nvalue: x\nextension: tar'),
    [
      '8:16 parameter "p": "extension" must be a dot followed by letters, digits and . _ - | did you mean .tar?',
    ],
  ],
  [
    'an extension with a slash',
    P('type: String\nvalue: x\nextension: .a/b'),
    [
      '8:16 parameter "p": "extension" must be a dot followed by letters, digits and . _ - | for example: .tar',
    ],
  ],
  [
    'a description that is too long',
    P(`type: String\nvalue: x\ndescription: ${'d'.repeat(1025)}`),
    [
      '8:18 parameter "p": "description" must be a text of at most 1024 characters | make it shorter',
    ],
  ],
  [
    'a description that is a map',
    P('type: String\nvalue: x\ndescription: {a: b}'),
    [
      '8:18 parameter "p": "description" must be a text of at most 1024 characters | write it as one text, in quotes if needed',
    ],
  ],
  [
    'a file that is absolute',
    P('type: SecureString\nfile: /etc/passwd'),
    ['7:11 parameter "p": "file" is an absolute path | write it relative to the manifest'],
  ],
  [
    'a file that is null',
    P('type: SecureString\nfile:'),
    [
      '7:10 parameter "p": "file" must be the path of a file, relative to the manifest | give it a value, or remove the key',
    ],
  ],
  [
    'generate without a length',
    P('type: SecureString\ngenerate: {charset: hex}'),
    [
      '7:15 parameter "p": the key "length" is missing | add the number of characters, such as "length: 32"',
    ],
  ],
  [
    'generate that is a number',
    P('type: SecureString\ngenerate: 32'),
    [
      '7:15 parameter "p": "generate" must be a map such as {length: 32, charset: alnum} | write a map: lines of "key: value", indented',
    ],
  ],
  [
    'a length that is a text',
    P('type: SecureString\ngenerate: {length: "8"}'),
    [
      '7:24 parameter "p": "length" must be a whole number from 1 to 8192 | write a number, without quotes',
    ],
  ],
  [
    'a length of zero',
    P('type: SecureString\ngenerate: {length: 0}'),
    ['7:24 parameter "p": "length" must be a whole number from 1 to 8192 | choose a larger number'],
  ],
  [
    'an invalid charset',
    P('type: SecureString\ngenerate: {length: 8, charset: alpha}'),
    [
      '7:36 parameter "p": "charset" must be alnum, ascii, hex, base64url, or custom: followed by the characters | for example: alnum',
    ],
  ],
  [
    'a custom charset that is empty',
    P('type: SecureString\ngenerate: {length: 8, charset: "custom:"}'),
    [
      '7:36 parameter "p": "charset" must be alnum, ascii, hex, base64url, or custom: followed by the characters | for example: alnum',
    ],
  ],
  [
    'an invalid required class',
    P('type: SecureString\ngenerate: {length: 8, require: [digits]}'),
    [
      '7:37 parameter "p": item 1 of "require" must be lower, upper, digit or symbol | did you mean digit?',
    ],
  ],
  [
    'a required class that own characters lack, as encrypt has it',
    P('type: SecureString\ngenerate: {length: 8, charset: "custom:aé ", require: [symbol]}'),
    [
      '7:59 parameter "p": "generate" requires a class (symbol) that its charset does not have | change "charset" or "require"',
    ],
  ],
  [
    'a required class that the charset lacks',
    P('type: SecureString\ngenerate: {length: 8, require: [symbol]}'),
    [
      '7:36 parameter "p": "generate" requires a class (symbol) that its charset does not have | change "charset" or "require"',
    ],
  ],
  [
    'more required classes than characters',
    P('type: SecureString\ngenerate: {length: 1, require: [lower, upper]}'),
    [
      '7:36 parameter "p": "generate" requires more classes than its length | raise "length" or shorten "require"',
    ],
  ],
]);

testProblems('blobs', [
  [
    'neither data nor path',
    B(set('path')),
    [
      '7:5 parameter "p": the blob has neither "data" nor "path" | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'both data and path',
    B((l) => [...l, 'data: AAAA']),
    [
      '7:5 parameter "p": the blob has both "data" and "path" | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'an invalid hash',
    B(set('sha256', 'sha256: abc')),
    [
      '8:15 parameter "p": "sha256" must be 64 lower-case hex digits | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a size of zero',
    B(set('size', 'size: 0')),
    [
      '9:13 parameter "p": "size" must be a whole number of bytes, at least 16 | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a size with a fraction',
    B(set('size', 'size: 1.5')),
    [
      '9:13 parameter "p": "size" must be a whole number of bytes, at least 16 | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a key that is not base64',
    B(set('key', 'key: AAAAA')),
    [
      '10:12 parameter "p": "key" of the blob is not base64 | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'a binding that is none',
    B(set('binding', 'binding: 1F0C9A2E')),
    [
      '11:16 parameter "p": "binding" must be 8 lower-case hex digits | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a commit that is too short',
    B(set('commit', 'commit: AAAA')),
    [
      '12:15 parameter "p": "commit" of the blob is not 32 bytes in base64 | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'a message id that is too short',
    B(set('message_id', 'message_id: AAAA')),
    [
      '13:19 parameter "p": "message_id" of the blob is not 28 bytes in base64 | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'a commitment in loose base64',
    B(set('commitment', `commitment: ${'A'.repeat(37)}B==`)),
    [
      '14:19 parameter "p": "commitment" of the blob is not 28 bytes in base64 | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'no commitment',
    B(set('commitment')),
    [
      '8:7 parameter "p": the key "commitment" is missing | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'data that is not base64',
    B((l) => [...set('path')(l), 'data: "AA-A"']),
    [
      '15:13 parameter "p": "data" of the blob is not base64 | restore it as coffer encrypt wrote it, or remove the blob and encrypt again',
    ],
  ],
  [
    'a path that is absolute',
    B(set('path', 'path: /x')),
    [
      '15:13 parameter "p": "path" of the blob leads out of the manifest\'s folder | write it relative to the manifest, without ..',
    ],
  ],
  [
    'a path that leads out',
    B(set('path', 'path: a/../../x')),
    [
      '15:13 parameter "p": "path" of the blob leads out of the manifest\'s folder | write it relative to the manifest, without ..',
    ],
  ],
  [
    'a blob that is a text',
    P('type: SecureString\nblob: x'),
    [
      '7:11 parameter "p": "blob" must be the map that coffer encrypt wrote | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'two blobs with one path',
    `${B((l) => l)}${B((l) => set('path', 'path: ./x.enc')(l))
      .split('parameters:\n')[1]
      ?.replace('name: p', 'name: q')}`,
    ['16:11 parameter "q": the blob\'s path is already in line 5 | remove one of the two'],
  ],
  [
    'a blob without kmskey',
    B((l) => l)
      .replace('kmskey: alias/a\n', '')
      .replace('SecureString', 'String'),
    [
      '1:1 the key "kmskey" is missing: parameter "p" has a blob | add it at the top, such as "kmskey: alias/superman"',
    ],
  ],
]);
