import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkManifests } from '../../../src/repo/check/check.ts';
import { partitionOf, REGIONS } from '../../../src/aws/regions.ts';
import { NOWHERE, ON_A_DAY, sealedBlob, sealedManifest } from '../../support/repository.ts';

/** `line:column message` of each finding. */
async function check(text: string) {
  const source = { file: 'm.yml', path: '/x/m.yml', bytes: Buffer.from(text) };
  const { problems, warnings } = await checkManifests({ ...NOWHERE, sources: [source] }, ON_A_DAY);
  const [told, warned] = [problems, warnings].map((found) =>
    found.map(({ message, hint, place }) => {
      expect(hint).toBeTruthy();
      return `${place?.line}:${place?.column} ${message}`;
    }),
  );
  return { told, warned };
}

const TOP = 'path: /a/\nregion: us-east-1\nkmskey: alias/a\n';
const manifest = (fields: string, top = TOP) =>
  `${top}parameters:\n  - {name: p, type: String, ${fields}}\n`;
/** The same for the settings at the top. */
const top = (key: string, value: string) =>
  `${TOP.replace(new RegExp(`^${key}:.*\n`, 'm'), '')}${key}: ${value}\nparameters:\n  - {name: p, type: String, value: v}\n`;
const sealed = (fields: string, head?: string) =>
  sealedManifest('', head).replace('name: sealed,', `name: sealed, ${fields},`);

const CHARACTERS = 'letters, digits, spaces and _ . : / = + - @';
const TAG_KEY = `this key must be a tag key of 1 to 128 ${CHARACTERS} that does not begin with aws:`;
const KEY =
  'must be an alias with alias/ before its name, a key id, or an ARN, of at most 256 characters';
const DATA_TYPE = 'must be a data type of SSM, such as text or aws:ec2:image, in lower case';
const REFERENCE = 'p: it contains {{…}}, which SSM refuses as a reference to another parameter';

describe('check reports what AWS would refuse:', () => {
  test.each<[string, string, string]>([
    ['a reference', manifest('value: "a {{ b }}"'), `5:12 ${REFERENCE}`],
    ['a reference of two lines', manifest('value: "{{\\n}}"'), `5:12 ${REFERENCE}`],
    [
      'a reference in a list',
      manifest('value: ["{{a", "b}}"]').replace('String', 'StringList'),
      `5:12 ${REFERENCE}`,
    ],
    [
      'a NUL',
      manifest('value: "a\\0b"'),
      '5:12 p: its content is not text, and SSM holds only text',
    ],
    ['half a character', manifest('value: "a\\ud800b"'), '5:36 an escape for half a character'],
    [
      'half a character in a description',
      manifest('value: v, description: "\\udc00"'),
      '5:52 an escape for half a character',
    ],
    [
      'a value longer than its tier',
      manifest(`value: ${'v'.repeat(4097)}`),
      "5:12 p: its 4097 bytes exceed SSM's limit of 4096 in tier Standard",
    ],
    ['a tag key', manifest('value: v, tags: {"a*b": c}'), `5:46 parameter "p": ${TAG_KEY}`],
    [
      'a tag key of AWS',
      manifest('value: v, tags: {"Aws:b": c}'),
      `5:46 parameter "p": ${TAG_KEY}`,
    ],
    [
      'a tag value',
      manifest('value: v, tags: {k: "v{}"}'),
      `5:49 parameter "p": this must be a text of at most 256 ${CHARACTERS}`,
    ],
    [
      'a tag value by its UTF-16 units',
      manifest(`value: v, tags: {k: ${'𝐀'.repeat(129)}}`),
      `5:49 parameter "p": this must be a text of at most 256 ${CHARACTERS}`,
    ],
    [
      'a description by its UTF-16 units',
      manifest(`value: v, description: ${'🔑'.repeat(513)}`),
      '5:52 parameter "p": "description" must be a text of at most 1024 characters',
    ],
    [
      'a pattern that does not compile',
      manifest('value: v, allowed_pattern: "("'),
      '5:56 parameter "p": "allowed_pattern" does not compile: it has a ( without its )',
    ],
    [
      'a pattern that does not match',
      manifest('value: v, allowed_pattern: "^[0-9]+$"'),
      '5:12 p: its value does not match allowed_pattern',
    ],
    [
      'a pattern that the URL does not match',
      sealedManifest(
        sealedBlob('b', 'sealed bytes of a blob').replace(
          'blob:',
          'allowed_pattern: "^[0-9]+$", blob:',
        ),
      ),
      '10:12 b goes to S3, and its s3:// URL does not match allowed_pattern',
    ],
    [
      'a data type in upper case',
      manifest('value: v, data_type: AWS:EC2:Image'),
      `5:50 parameter "p": "data_type" ${DATA_TYPE}`,
    ],
    [
      'an AMI as a list',
      manifest('value: ami-0123, data_type: aws:ec2:image').replace('String', 'StringList'),
      '5:61 parameter "p": data_type aws:ec2:image needs the type String',
    ],
    [
      'an invalid AMI',
      manifest('value: v, data_type: aws:ec2:image'),
      '5:12 p: its value is not an AMI id, which its data_type requires',
    ],
    [
      'an integration in the open',
      manifest('value: v, data_type: "aws:ssm:integration"'),
      '5:50 parameter "p": data_type aws:ssm:integration needs the type SecureString',
    ],
    [
      'an integration elsewhere',
      manifest('value: v, data_type: "aws:ssm:integration"').replace('String', 'SecureString'),
      '5:56 parameter "p": data_type aws:ssm:integration works only with names reserved for integrations',
    ],
    [
      'JSON in the tier Standard',
      manifest('value: v, tier: Standard, data_type: json'),
      '5:66 parameter "p": data_type json needs the tier Advanced',
    ],
    [
      'a data type in S3',
      sealedManifest(
        sealedBlob('b', 'sealed bytes of a blob').replace('blob:', 'data_type: integer, blob:'),
      ),
      '10:12 b goes to S3, and its s3:// URL is not of data_type integer',
    ],
    [
      'a key in S3 that is too long',
      sealedManifest(sealedBlob('b'.repeat(960), 'sealed bytes of a blob')),
      `10:12 ${'b'.repeat(960)} goes to S3, where its key would be longer than 1024 bytes`,
    ],
    [
      'a key in S3 that leads up',
      sealedManifest(sealedBlob('../b', 'sealed bytes of a blob')),
      '10:12 ../b goes to S3, where its key would have a part . or ..',
    ],
    ['an alias without alias/', top('kmskey', 'superman'), `3:9 "kmskey" ${KEY}`],
    ['an alias that is too long', top('kmskey', `alias/${'a'.repeat(251)}`), `3:9 "kmskey" ${KEY}`],
    [
      'a key of another region',
      top('kmskey', 'arn:aws:kms:us-east-2:111122223333:alias/a'),
      '3:9 "kmskey" is in another region',
    ],
    [
      'a bucket in upper case',
      top('bucket', 'Superman'),
      '4:9 "bucket" must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens',
    ],
    ['a slip of a region', top('region', 'us-eats-1'), '3:9 unknown region us-eats-1'],
    ['another', top('region', 'eu-wset-1'), '3:9 unknown region eu-wset-1'],
    ['a region without its hyphen', top('region', 'us-east1'), '3:9 unknown region us-east1'],
    [
      'a name whose ARN is too long',
      manifest('value: v').replace('name: p', `name: ${'n'.repeat(965)}`),
      `5:12 parameter "${'n'.repeat(80)}…": its name is too long: SSM allows 967 characters in this region, "path" included`,
    ],
    [
      'ciphertext that now belongs in S3',
      sealed('store: s3'),
      '9:12 sealed goes to S3 but is not encrypted for it',
    ],
    [
      'a blob that now belongs in SSM',
      sealedManifest(
        sealedBlob('b', 'sealed bytes of a blob').replace('blob:', 'store: ssm, blob:'),
      ),
      '10:12 b goes to SSM but is encrypted for S3',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await check(text)).toEqual({ told: [expected], warned: [] });
  });
});

describe('check accepts', () => {
  test.each<[string, string]>([
    ['braces that are no reference', manifest('value: "}} {{ { } a}"')],
    ['a pair of escapes that is one character', manifest('value: "\\ud83d\\udd11"')],
    ['tags in any script', manifest('value: v, tags: {"größe 1": "a+b=c@d:e/f_g.h-i"}')],
    ['a pattern that matches', manifest('value: 17, allowed_pattern: "^[0-9]+$"')],
    ['a pattern that only Java knows', manifest("value: v, allowed_pattern: '(?i)\\p{Alpha}++'")],
    ['an AMI', manifest('value: ami-0123456789abcdef0, data_type: aws:ec2:image')],
    ['a key id', top('kmskey', '12345678-1234-1234-1234-123456789012')],
    ['a multi-Region key', top('kmskey', `mrk-${'0'.repeat(32)}`)],
    ['an ARN', top('kmskey', 'arn:aws:kms:us-east-1:111122223333:alias/a')],
  ])('%s', async (_, text) => {
    expect(await check(text)).toEqual({ told: [], warned: [] });
  });

  test.each(REGIONS)('the region %s', async (region) => {
    expect(await check(top('region', region))).toEqual({ told: [], warned: [] });
  });
});

test('warns about an unknown region, and suggests the nearest one', async () => {
  expect(await check(top('region', 'us-east-9'))).toEqual({
    told: [],
    warned: ['3:1 unknown region us-east-9'],
  });
});

test('warns about a pattern that matches only part of the value', async () => {
  expect(await check(manifest('value: v1, allowed_pattern: "[0-9]"'))).toEqual({
    told: [],
    warned: ['5:12 p: allowed_pattern matches only a part of its value'],
  });
});

test('knows the same regions and partitions as the SDK', async () => {
  const core = dirname(createRequire(import.meta.url).resolve('@aws-sdk/core/package.json'));
  const file = join(core, 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js');
  expect(await readFile(file, 'utf8')).toContain('us-east-1');
  const { partitionsInfo } = (await import(pathToFileURL(file).href)) as {
    partitionsInfo: { partitions: { id: string; regions: Record<string, object> }[] };
  };
  const known = partitionsInfo.partitions.flatMap(({ id, regions }) =>
    Object.keys(regions)
      .filter((region) => !region.endsWith('-global'))
      .map((region) => `${id} ${region}`),
  );
  const ours = REGIONS.map((region) => `${partitionOf(region)} ${region}`);
  expect(ours.toSorted()).toEqual(known.toSorted());
});
