import type { Vector } from './common.ts';

const good = (path: string, name: string, full: string, region = 'us-east-1'): Vector => ({
  name: `${path} and ${name.length > 40 ? `${name.length} characters` : name}`,
  path,
  region,
  parameter: name,
  full_name: full,
});

const bad = (name: string, path: string, parameter: string, region = 'us-east-1'): Vector => ({
  name,
  path,
  region,
  parameter,
  refused: 'name',
});

export function names(): Vector[] {
  const deep = 'a/'.repeat(13);
  // The ARN before the name counts: arn:aws:ssm:us-east-1:111122223333:parameter
  const longest = 'n'.repeat(
    1011 - 'arn:aws:ssm:us-east-1:111122223333:parameter'.length - '/a/'.length,
  );
  const china = longest.slice('-cn'.length + 'cn-north-1'.length - 'us-east-1'.length);
  return [
    good('/apps/superman/', 'api_token', '/apps/superman/api_token'),
    good('/apps/superman', 'api_token', '/apps/superman/api_token'),
    good('/apps/superman//', 'tls/keystore', '/apps/superman/tls/keystore'),
    good('/', 'x', '/x'),
    good('/A.b-c_0/', 'D.e-f_1', '/A.b-c_0/D.e-f_1'),
    good('/a', `${deep}b`, `/a/${deep}b`),
    good('/a', longest, `/a/${longest}`),
    good('/a', china, `/a/${china}`, 'cn-north-1'),
    good('/a', 'aws', '/a/aws'),
    bad('a path without a slash before it', 'apps', 'x'),
    bad('a path with two slashes in a row', '/apps//superman', 'x'),
    bad('a path with a space', '/a b', 'x'),
    bad('a path with a letter of another alphabet', '/ü', 'x'),
    bad('a path that begins with aws', '/aws/x', 'x'),
    bad('a path that begins with SSM', '/SSMx', 'x'),
    bad('a path of 15 levels', `/${'a/'.repeat(15)}`, 'x'),
    bad('an empty name', '/a', ''),
    bad('a name that begins with a slash', '/a', '/x'),
    bad('a name that ends with a slash', '/a', 'x/'),
    bad('a name with two slashes in a row', '/a', 'x//y'),
    bad('a name with a space', '/a', 'x y'),
    bad('a name with a letter of another alphabet', '/a', 'grün'),
    bad('a name that begins with aws, below the root', '/', 'AWSx'),
    bad('a name of 16 levels', '/a', `a/${deep}b`),
    bad('a name of one character too many', '/a', `n${longest}`),
    bad(
      'a name of one character too many in a region with a longer ARN',
      '/a',
      `n${china}`,
      'cn-north-1',
    ),
  ];
}
