import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KeyNeed, Needs } from '../../../../src/access/bootstrap/needs.ts';
import { renderCloudFormation } from '../../../../src/access/cloudformation.ts';
import { renderTerraform } from '../../../../src/access/terraform.ts';

const key = (id: string, more: Partial<KeyNeed> = {}): KeyNeed => ({
  what: 'kmskey',
  id,
  region: 'us-east-1',
  description: 'Of a test',
  canBeMade: true,
  ...more,
});
const ARN = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000';
const needs: Needs = {
  keys: [key(ARN, { what: 'file key', canBeMade: false }), key('alias/superman')],
  buckets: [{ name: 'superman-secrets', region: 'us-east-1' }],
};
const expected = (file: string) =>
  readFileSync(new URL(`expected/${file}`, import.meta.url), 'utf8');

test('prints the expected Terraform and CloudFormation text, byte for byte', () => {
  expect(renderTerraform(needs)).toBe(expected('superman.tf'));
  expect(renderCloudFormation(needs)).toBe(expected('superman.template'));
});

interface Template {
  Resources: Record<string, { Type: string; DeletionPolicy?: string; Properties: object }>;
}

test('a template keeps keys and buckets when its stack is deleted, and refers only to its own resources', () => {
  const { Resources } = parse(renderCloudFormation(needs)) as Template;
  const kept = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
  expect(kept.map(({ Type }) => Type)).toEqual([
    'AWS::KMS::Key',
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
  ]);
  const refs = [
    ...JSON.stringify(Resources).matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)\./g),
  ];
  expect(refs).toHaveLength(4);
  for (const [, ...names] of refs) expect(Resources).toHaveProperty(names.find(Boolean) ?? '');
});

test('names that differ only in punctuation get different identifiers', () => {
  const alike: Needs = {
    keys: ['alias/a-b', 'alias/a_b', 'alias/a/b'].map((id) => key(id)),
    buckets: [],
  };
  const terraform = [...renderTerraform(alike).matchAll(/"aws_kms_key" "(\w+)"/g)].map(
    ([, id]) => id,
  );
  expect(terraform).toEqual(['a_b', 'a_b2', 'a_b3']);
  const { Resources } = parse(renderCloudFormation(alike)) as Template;
  expect(Object.keys(Resources)).toHaveLength(6);
});

test('an identifier never begins with a digit', () => {
  expect(renderTerraform({ keys: [key('alias/1st')], buckets: [] })).toContain(
    '"aws_kms_key" "_1st"',
  );
});

test('a template is for one region; Terraform sets the region of each resource', () => {
  const two = { ...needs, buckets: [{ name: 'europe', region: 'eu-west-1' }] };
  expect(() => renderCloudFormation(two)).toThrow('these manifests need us-east-1 and eu-west-1');
  expect(renderTerraform(two)).toMatch(/region = "eu-west-1"\n {2}bucket = "europe"/);
});

test('prints no code if there is nothing to create', () => {
  const nothing = { ...needs, keys: needs.keys.slice(0, 1), buckets: [] };
  expect(() => renderTerraform(nothing)).toThrow('nothing to create');
});
