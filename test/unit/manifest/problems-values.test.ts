import { B, V, testProblems } from './problem-cases.ts';
import { dataKeyInBraces, HEAD as H, SEALED, withParameter as P } from './samples.ts';

testProblems('values', [
  [
    'null',
    V('null'),
    [
      '7:12 parameter "p": the value is null | write one, or put it in quotes if that text is meant',
    ],
  ],
  [
    'a tilde',
    V('~'),
    [
      '7:12 parameter "p": the value is null | write one, or put it in quotes if that text is meant',
    ],
  ],
  [
    'nothing',
    V(''),
    [
      '7:12 parameter "p": the value is null | write one, or put it in quotes if that text is meant',
    ],
  ],
  [
    'an empty text',
    V('""'),
    [
      '7:12 parameter "p": the value is empty | SSM cannot hold an empty value: write one, or remove the parameter',
    ],
  ],
  [
    'an empty block',
    V('|'),
    [
      '7:12 parameter "p": the value is empty | SSM cannot hold an empty value: write one, or remove the parameter',
    ],
  ],
  [
    'a map',
    V('{a: b}'),
    [
      '7:12 parameter "p": the value is a map | a value is one text: put it in quotes, or use a block (|) for several lines',
    ],
  ],
  [
    'a list of a SecureString',
    V('[a]'),
    [
      '7:12 parameter "p": the value is a list, but the type is SecureString | only a StringList can be a list; put the value in quotes if a text is meant',
    ],
  ],
  [
    'an empty list',
    P('type: StringList\nvalue: []'),
    [
      '7:12 parameter "p": the value is empty | SSM cannot hold an empty value: write one, or remove the parameter',
    ],
  ],
  [
    'a list item with a comma',
    P('type: StringList\nvalue: [a, "b,c"]'),
    [
      '7:16 parameter "p": item 2 of the value contains a comma | a StringList is joined with commas: make it two items',
    ],
  ],
  [
    'a list item that is empty',
    P('type: StringList\nvalue: [a, ""]'),
    ['7:16 parameter "p": item 2 of the value is empty | remove it'],
  ],
  [
    'a list item that is null',
    P('type: StringList\nvalue:\n- a\n-'),
    ['9:6 parameter "p": item 2 of the value is not a text | put it in quotes if a text is meant'],
  ],
  [
    'a list item that is a list',
    P('type: StringList\nvalue: [[a]]'),
    ['7:13 parameter "p": item 1 of the value is not a text | put it in quotes if a text is meant'],
  ],
  [
    'no source',
    P('type: String'),
    ['5:5 parameter "p": the value is missing | add "value:", "file:" or "generate:"'],
  ],
  [
    'value and file',
    P('type: SecureString\nvalue: x\nfile: y'),
    ['8:5 parameter "p": both "value" and "file" are present | a value has one source: remove one'],
  ],
  [
    'file and generate',
    P('type: SecureString\nfile: y\ngenerate: {length: 3}'),
    [
      '8:5 parameter "p": both "file" and "generate" are present | a value has one source: remove one',
    ],
  ],
  [
    'value and blob',
    B((l) => l).replace('blob:', `value: x\n    blob:`),
    ['8:5 parameter "p": both "value" and "blob" are present | remove the one that is out of date'],
  ],
  [
    'ciphertext in a String',
    P(`type: String\nvalue: ${SEALED}`, `${H}data_keys: {3f9c21ab: ${dataKeyInBraces()}}\n`),
    [
      '8:12 parameter "p": the value is encrypted, but the type is String | write the type as securestring again, or replace the value too',
    ],
  ],
  [
    'ciphertext in a StringList',
    P(`type: stringlist\nvalue: ${SEALED}`, `${H}data_keys: {3f9c21ab: ${dataKeyInBraces()}}\n`),
    [
      '8:12 parameter "p": the value is encrypted, but the type is StringList | write the type as securestring again, or replace the value too',
    ],
  ],
  [
    'ciphertext that is cut off',
    V(SEALED.slice(0, -9)),
    [
      '7:12 parameter "p": the value begins with ENC[ but is not ciphertext | restore it from git, as coffer encrypt wrote it; a plain value cannot begin with ENC[',
    ],
  ],
  [
    'ciphertext that is too short',
    V('ENC[v1,3f9c21ab,0a1b2c3d,AAAA]'),
    [
      '7:12 parameter "p": the value begins with ENC[ but is not ciphertext | restore it from git, as coffer encrypt wrote it; a plain value cannot begin with ENC[',
    ],
  ],
  [
    'ciphertext of another version',
    V(SEALED.replace('v1', 'v2')),
    [
      '7:12 parameter "p": the value begins with ENC[ but is not ciphertext | restore it from git, as coffer encrypt wrote it; a plain value cannot begin with ENC[',
    ],
  ],
  [
    'ciphertext with loose base64',
    V(`ENC[v1,3f9c21ab,0a1b2c3d,${'A'.repeat(81)}]`),
    [
      '7:12 parameter "p": the value begins with ENC[ but is not ciphertext | restore it from git, as coffer encrypt wrote it; a plain value cannot begin with ENC[',
    ],
  ],
  [
    'ciphertext whose data key is not listed',
    V(SEALED),
    [
      '7:12 parameter "p": the value is encrypted under a data key that "data_keys" does not list | restore its line in "data_keys" from git: without it the value cannot be decrypted',
    ],
  ],
  [
    'a tag of YAML',
    V('!!binary AAAA'),
    [
      '7:21 a YAML tag (!…), which a manifest cannot contain | remove the tag; a text that begins with ! needs quotes',
    ],
  ],
  [
    'a tag of CloudFormation',
    V('!Ref x'),
    [
      '7:17 a YAML tag (!…), which a manifest cannot contain | remove the tag; a text that begins with ! needs quotes',
    ],
  ],
  [
    'an alias',
    P('description: &a x\ntype: SecureString\nvalue: *a'),
    [
      '8:12 parameter "p": "value" comes through an alias or a merge | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'an alias without an anchor',
    V('*a'),
    ['7:12 an alias (*…) without an anchor above it | a text that begins with * needs quotes'],
  ],
]);

testProblems('aliases and merges', [
  [
    'an alias of a value',
    P('type: SecureString\nvalue: &a x\ndescription: *a'),
    [
      '8:18 an alias (*…) of something that contains a secret | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'an alias of what is inside of a value',
    P('type: StringList\nvalue: [&a x]\ndescription: *a'),
    [
      '8:18 an alias (*…) of something that contains a secret | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'an alias inside of generate',
    P('description: &a hex\ntype: SecureString\ngenerate: {length: 8, charset: *a}'),
    [
      '8:36 parameter "p": an alias (*…) inside "generate" | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'a merge inside of generate',
    P('tags: &a {length: 3}\ntype: SecureString\ngenerate: {<<: *a, length: 8}'),
    [
      '8:16 parameter "p": a merge (<<) inside "generate" | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'a merge that brings a value',
    `${H}parameters:\n  - &a {name: p, type: String, value: x}\n  - {<<: *a, name: q}\n`,
    [
      '6:6 parameter "q": "value" comes through an alias or a merge | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'an alias of a whole parameter',
    `${H}parameters:\n  - &a {name: p, type: String, value: x}\n  - *a\n`,
    [
      '6:5 an alias (*…) of something that contains a secret | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'tags that are a parameter',
    `${H}parameters:\n  - &a {name: p, type: String, value: x}\n  - {name: q, type: String, value: y, tags: *a}\n`,
    [
      '6:45 an alias (*…) of something that contains a secret | write it out here: a secret must be in one place only',
    ],
  ],
  [
    'a merge of a text',
    P('type: String\nvalue: x\ntags: {<<: x}'),
    [
      '8:12 a merge (<<) of something that is not a map | merge a map, or a list of maps, that has an anchor above',
    ],
  ],
  [
    'an alias that contains itself',
    P('type: String\nvalue: x\ntags: &a {b: *a}'),
    ['8:18 an alias (*…) that contains itself | a text that begins with * needs quotes'],
  ],
]);
