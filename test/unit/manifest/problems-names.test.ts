import { testProblems } from './problem-cases.ts';
import { COMMIT, dataKeyInBraces, HEAD as H, withParameter as P } from './samples.ts';

testProblems('the top', [
  [
    'parameters that are empty',
    `${H}parameters:\n`,
    [
      '4:12 "parameters" must be a list of at least one parameter | give it a value, or remove the key',
    ],
  ],
  [
    'parameters that are an empty list',
    `${H}parameters: []\n`,
    [
      '4:13 "parameters" must be a list of at least one parameter | add one: each item begins with "- "',
    ],
  ],
  [
    'parameters that are a map',
    `${H}parameters: {a: b}\n`,
    [
      '4:13 "parameters" must be a list of at least one parameter | write a list: each item begins with "- "',
    ],
  ],
  [
    'a parameter that is a text',
    `${H}parameters: [x]\n`,
    [
      '4:14 parameter 1: it must be a map with at least the keys name and type | write a map: lines of "key: value", indented',
    ],
  ],
  [
    'a path without a slash',
    P('type: String\nvalue: x').replace('/a/', 'a'),
    ['1:7 "path" does not begin with a slash | write it as "/apps/superman/"'],
  ],
  [
    'a path with two slashes',
    P('type: String\nvalue: x').replace('/a/', '/a//b'),
    ['1:7 "path" has two slashes in a row | remove one of them'],
  ],
  [
    'a path with a space',
    P('type: String\nvalue: x').replace('/a/', '/a b/'),
    ['1:7 "path" contains a character that SSM does not allow | use letters, digits and _ . - /'],
  ],
  [
    'a path that begins with aws',
    P('type: String\nvalue: x').replace('/a/', '/AWSome/'),
    ['1:7 "path" begins with aws or ssm, which SSM reserves | choose another first word'],
  ],
  [
    'a path of 15 levels',
    P('type: String\nvalue: x').replace('/a/', '/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15'),
    ['1:7 "path" is too deep: SSM allows 15 levels, the name\'s included | use fewer slashes'],
  ],
  [
    'an invalid region',
    P('type: String\nvalue: x').replace('us-east-1', 'Ireland'),
    ['2:9 "region" must be the name of an AWS region, such as us-east-1 | for example: us-east-1'],
  ],
  [
    'a region that is null',
    P('type: String\nvalue: x').replace('us-east-1', ''),
    [
      '2:9 "region" must be the name of an AWS region, such as us-east-1 | give it a value, or remove the key',
    ],
  ],
  [
    'a kmskey that is a list',
    P('type: String\nvalue: x').replace('alias/a', '[a]'),
    [
      '3:9 "kmskey" must be an alias with alias/ before its name, a key id, or an ARN, of at most 256 characters | for example: alias/superman',
    ],
  ],
  [
    'a bucket with a slash',
    P('type: String\nvalue: x', `${H}bucket: a/b\n`),
    [
      '4:9 "bucket" must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens | for example: superman-secrets',
    ],
  ],
  [
    'tags that are a list',
    P('type: String\nvalue: x', `${H}tags: [a]\n`),
    ['4:7 "tags" must be a map of at most 50 tags | write a map: lines of "key: value", indented'],
  ],
  [
    'a tag without a value',
    P('type: String\nvalue: x', `${H}tags: {a: }\n`),
    [
      '4:11 this must be a text of at most 256 letters, digits, spaces and _ . : / = + - @ | give it a value, or remove the key',
    ],
  ],
  [
    'a tag that is AWS’s own',
    P('type: String\nvalue: x', `${H}tags: {"AWS:x": 1}\n`),
    [
      '4:8 this key must be a tag key of 1 to 128 letters, digits, spaces and _ . : / = + - @ that does not begin with aws: | fix or remove this key of "tags"',
    ],
  ],
  [
    'a tag key that is too long',
    P('type: String\nvalue: x', `${H}tags: {${'k'.repeat(129)}: 1}\n`),
    [
      '4:8 this key must be a tag key of 1 to 128 letters, digits, spaces and _ . : / = + - @ that does not begin with aws: | fix or remove this key of "tags"',
    ],
  ],
  [
    'a tag value that is too long',
    P('type: String\nvalue: x', `${H}tags: {k: ${'v'.repeat(257)}}\n`),
    [
      '4:11 this must be a text of at most 256 letters, digits, spaces and _ . : / = + - @ | make it shorter',
    ],
  ],
  [
    'more than 50 tags',
    P(
      'type: String\nvalue: x',
      `${H}tags: {${Array.from({ length: 51 }, (_, i) => `k${i}: v`).join(', ')}}\n`,
    ),
    ['4:7 "tags" must be a map of at most 50 tags | remove some'],
  ],
  [
    'more than 50 tags together',
    P(
      'type: String\nvalue: x\ntags: {own: 1}',
      `${H}tags: {${Array.from({ length: 50 }, (_, i) => `k${i}: v`).join(', ')}}\n`,
    ),
    ['9:11 parameter "p": more than 50 tags, those of the manifest included | remove some'],
  ],
  [
    'an encrypted_with that is null',
    P('type: String\nvalue: x', `${H}encrypted_with:\n`),
    [
      '4:16 "encrypted_with" must be the ARN (or id, or alias) of a KMS key, as coffer encrypt wrote it | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'data_keys that are a list',
    P('type: String\nvalue: x', `${H}data_keys: [a]\n`),
    [
      '4:12 "data_keys" must be a map of data key ids to data keys, as coffer encrypt wrote it | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a data key id in upper case',
    P('type: String\nvalue: x', `${H}data_keys: {3F9C21AB: ${dataKeyInBraces()}}\n`),
    [
      '4:13 this key must be a data key id of 8 lower-case hex digits | fix or remove this key of "data_keys"',
    ],
  ],
  [
    'a data key that is not base64',
    P('type: String\nvalue: x', `${H}data_keys: {3f9c21ab: ${dataKeyInBraces('AAAAA')}}\n`),
    [
      '4:29 "key" of data key "3f9c21ab" is not base64 | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a data key that commits to less than 32 bytes',
    P(
      'type: String\nvalue: x',
      `${H}data_keys: {3f9c21ab: ${dataKeyInBraces().replace(COMMIT, 'AAAA')}}\n`,
    ),
    [
      '4:138 "commit" of data key "3f9c21ab" is not 32 bytes in base64 | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'a data key that is a text, as it was once',
    P('type: String\nvalue: x', `${H}data_keys: {3f9c21ab: AAAA}\n`),
    [
      '4:23 this must be the map that coffer encrypt wrote | restore it from git, as coffer encrypt wrote it',
    ],
  ],
  [
    'an account that is none',
    P('type: String\nvalue: x', `${H}account: 1234\n`),
    ['4:10 "account" must be the twelve digits of an AWS account | for example: 111122223333'],
  ],
]);

testProblems('names', [
  [
    'a character SSM does not allow',
    P('type: String\nvalue: x').replace('name: p', 'name: a b'),
    [
      '5:11 parameter 1: its name contains a character that SSM does not allow | use letters, digits and _ . - /',
    ],
  ],
  [
    'a leading slash',
    P('type: String\nvalue: x').replace('name: p', 'name: /p'),
    [
      '5:11 parameter "/p": its name begins with a slash | write the name without "path", which coffer puts before it',
    ],
  ],
  [
    'an empty part',
    P('type: String\nvalue: x').replace('name: p', 'name: a//b'),
    [
      '5:11 parameter "a//b": its name has an empty part between or after its slashes | remove the extra slash',
    ],
  ],
  [
    'a trailing slash',
    P('type: String\nvalue: x').replace('name: p', 'name: a/'),
    [
      '5:11 parameter "a/": its name has an empty part between or after its slashes | remove the extra slash',
    ],
  ],
  [
    'an empty name',
    P('type: String\nvalue: x').replace('name: p', 'name: ""'),
    ['5:11 parameter 1: its name is empty | give the parameter a name'],
  ],
  [
    'a null name',
    P('type: String\nvalue: x').replace('name: p', 'name:'),
    [
      '5:10 parameter 1: "name" must be a name of letters, digits and _ . - /, with no slash at its ends | give it a value, or remove the key',
    ],
  ],
  [
    'a name that begins with ssm below /',
    P('type: String\nvalue: x', 'path: /\nregion: us-east-1\n').replace('name: p', 'name: ssm-x'),
    [
      '4:11 parameter "ssm-x": its name begins with aws or ssm, which SSM reserves | choose another first word, or a "path"',
    ],
  ],
  [
    '15 levels are too many with the path',
    P('type: String\nvalue: x').replace('name: p', 'name: 1/2/3/4/5/6/7/8/9/10/11/12/13/14/15'),
    [
      '5:11 parameter "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15": its name is too deep: SSM allows 15 levels, those of "path" included | use fewer slashes',
    ],
  ],
  [
    'a full name whose ARN is over 1011 characters',
    P('type: String\nvalue: x').replace('name: p', `name: ${'n'.repeat(965)}`),
    [
      '5:11 parameter "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…": its name is too long: SSM allows 967 characters in this region, "path" included | choose a shorter name or "path"',
    ],
  ],
  [
    'a duplicate name',
    `${P('type: String\nvalue: x')}  - {name: p, type: String, value: y}\n`,
    ['8:12 parameter "p": the name is already in line 5 | remove one of the two'],
  ],
]);
