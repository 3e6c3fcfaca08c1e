import { describe, expect, test } from 'vitest';
import { dataKeyContext } from '../../../src/crypto/contexts.ts';
import { editManifest } from '../../../src/manifest/edit.ts';
import { inEachRegion } from '../../../src/manifest/regions.ts';
import { problemsOf, testProblems } from './problem-cases.ts';
import { parse } from './samples.ts';

const PARAMETERS = 'parameters:\n  - {name: a, type: String, value: x}\n';
const UUID = '0a1b2c3d-0000-4000-8000-000000000000';
const MRK = `mrk-${'0a1b2c3d'.repeat(4)}`;
const arnOf = (key: string, region = 'us-east-1') =>
  `arn:aws:kms:${region}:111122223333:key/${key}`;

/** A manifest with these settings besides its path. */
const withSettings = (...lines: string[]) => `path: /x/\n${lines.join('\n')}\n${PARAMETERS}`;

describe('a manifest of several regions', () => {
  const manifest = parse(
    withSettings(
      'regions: [us-east-1, eu-west-1]',
      `kmskey: ${arnOf(MRK, 'eu-west-1')}`,
      'bucket: x-{region}.{region}',
    ),
  );

  test('has a bucket, and the replica of a multi-Region key, in each', () => {
    const places = inEachRegion(manifest).map(({ region, kmskey, bucket }) => [
      region,
      kmskey,
      bucket,
    ]);
    expect(places).toEqual([
      ['us-east-1', arnOf(MRK), 'x-us-east-1.us-east-1'],
      ['eu-west-1', arnOf(MRK, 'eu-west-1'), 'x-eu-west-1.eu-west-1'],
    ]);
  });

  test('means the first one, where nothing else is said', () => {
    expect(manifest).toMatchObject(inEachRegion(manifest)[0] ?? {});
  });

  test('binds data keys to all of them in any order, and to kmskey as the file spells it', () => {
    expect(dataKeyContext(manifest.destination)).toEqual({
      Client: 'coffer',
      Path: '/x/',
      Region: 'eu-west-1,us-east-1',
      KmsKey: arnOf(MRK, 'eu-west-1'),
    });
    const turned = parse(manifest.text.replace('us-east-1, eu-west-1', 'eu-west-1, us-east-1'));
    expect(turned.destination).toEqual(manifest.destination);
    expect(turned.region).toBe('eu-west-1');
  });
});

test('a list of one region means the same as region', () => {
  const [one, list] = ['region: eu-west-1', 'regions: [eu-west-1]'].map((line) =>
    parse(withSettings(line, 'bucket: x-{region}', `kmskey: ${UUID}`)),
  );
  expect({ ...list, text: '', parameters: [] }).toEqual({ ...one, text: '', parameters: [] });
  expect(list?.bucket).toBe('x-eu-west-1');
});

test.each(['alias/superman', 'alias/aws/ssm', MRK, arnOf(MRK)])('takes the kmskey %s', (key) => {
  const text = withSettings('regions: [us-east-1, eu-west-1]', `kmskey: ${key}`);
  expect(problemsOf(text)).toEqual([]);
});

const TWO = 'regions: [us-east-1, eu-west-1]';
const SEVERAL = 'in one region, and the manifest has several';
const KEY_HINT =
  'SSM and S3 accept only keys of their own region: name an alias that exists in each, such as alias/superman, or a multi-Region key (mrk-…)';
const BUCKET_HINT = 'write {region} in its name, such as "bucket: superman-{region}"';
const REGION = 'must be the name of an AWS region, such as us-east-1';

testProblems('refuses', [
  [
    'region and regions together',
    withSettings('region: us-east-1', TWO),
    ['2:9 "region" and "regions" are both there | remove one of them: "regions" is for several'],
  ],
  [
    'the same region twice',
    withSettings('regions:', '  - us-east-1', '  - us-east-1'),
    ['4:5 the region us-east-1 is there twice | remove one of the two'],
  ],
  [
    'a typo',
    withSettings('regions: [us-east-1, eu-wset-1]'),
    ['2:22 unknown region eu-wset-1 | did you mean eu-west-1?'],
  ],
  [
    'what is no region, and a region in capitals',
    withSettings('regions: [somewhere, EU-WEST-1]'),
    [
      `2:11 item 1 of "regions" ${REGION} | for example: us-east-1`,
      '2:22 unknown region EU-WEST-1 | did you mean eu-west-1?',
    ],
  ],
  [
    'an empty list',
    withSettings('regions: []'),
    [
      '2:10 "regions" must be a list of AWS regions, such as [us-east-1, eu-west-1] | add one: each item begins with "- "',
    ],
  ],
  [
    'a text',
    withSettings('regions: us-east-1'),
    [
      '2:10 "regions" must be a list of AWS regions, such as [us-east-1, eu-west-1] | write a list: each item begins with "- "',
    ],
  ],
  [
    'regions of two partitions',
    withSettings('regions: [us-east-1, cn-north-1]'),
    [
      '2:22 cn-north-1 and us-east-1 are not in the same partition of AWS | no account has both: write a manifest for each',
    ],
  ],
  [
    'the id of a key that is in one region',
    withSettings(TWO, `kmskey: ${UUID}`),
    [`3:9 "kmskey" is ${SEVERAL} | ${KEY_HINT}`],
  ],
  [
    'the ARN of a key that is in one region',
    withSettings(TWO, `kmskey: ${arnOf(UUID)}`),
    [`3:9 "kmskey" is ${SEVERAL} | ${KEY_HINT}`],
  ],
  [
    'the ARN of an alias',
    withSettings(TWO, 'kmskey: arn:aws:kms:us-east-1:111122223333:alias/superman'),
    [`3:9 "kmskey" is ${SEVERAL} | ${KEY_HINT}`],
  ],
  [
    'a multi-Region key of a region that is not there',
    withSettings(TWO, `kmskey: ${arnOf(MRK, 'eu-north-1')}`),
    ['3:9 "kmskey" is in another region | name a key or alias in a region of "regions"'],
  ],
  [
    'a bucket that is in one region',
    withSettings(TWO, 'bucket: superman'),
    [`3:9 "bucket" is ${SEVERAL} | ${BUCKET_HINT}`],
  ],
  [
    'a bucket that is too long in one region',
    withSettings('regions: [us-east-1, ap-southeast-2]', `bucket: ${'x'.repeat(50)}-{region}`),
    ['3:9 "bucket" is longer than 63 characters in ap-southeast-2 | make it shorter'],
  ],
]);

const edit = (text: string, regions: string[]) => editManifest(parse(text), { regions });

describe('an edit of the regions keeps all other bytes:', () => {
  test.each([
    [
      'region: us-east-1 # ours',
      ['us-east-1', 'eu-west-1'],
      'regions: [us-east-1, eu-west-1] # ours',
    ],
    ['regions: [us-east-1, eu-west-1] # ours', ['eu-west-1'], 'region: eu-west-1 # ours'],
    [
      'regions: [us-east-1, eu-west-1]',
      ['eu-west-1', 'us-east-1'],
      'regions: [eu-west-1, us-east-1]',
    ],
    ['regions: [ us-east-1 ]', ['us-east-1'], 'regions: [ us-east-1 ]'],
    ['region: "us-east-1"', ['us-east-1'], 'region: "us-east-1"'],
    ['regions:\n  - us-east-1\n  - eu-west-1', ['us-west-2'], 'region: us-west-2'],
  ])('%s', (before, regions, after) => {
    expect(edit(withSettings(before, 'kmskey: alias/x'), regions)).toBe(
      withSettings(after, 'kmskey: alias/x'),
    );
  });

  test('in flow style', () => {
    const text =
      '{path: /x/, region: us-east-1, parameters: [{name: a, type: String, value: x}]}\n';
    expect(edit(text, ['us-east-1', 'eu-west-1'])).toBe(
      text.replace('region: us-east-1', 'regions: [us-east-1, eu-west-1]'),
    );
  });
});
