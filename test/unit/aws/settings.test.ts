// What the environment and the profile say about endpoints, regions, retries and certificates.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { baseConfig } from '../../../src/aws/base-config.ts';
import { findEndpoint, type EndpointService } from '../../../src/aws/endpoints.ts';
import { findHomeRegion } from '../../../src/aws/home-region.ts';
import { findRetries } from '../../../src/aws/retries.ts';
import { prepare } from '../../../src/aws/session.ts';
import { NO_SETUP, readSetup } from '../../../src/aws/setup.ts';
import { findBundle, trustedCertificates } from '../../../src/aws/trust.ts';
import { createParameterStore } from '../../../src/stores/ssm.ts';
import { awsFiles } from '../../support/aws-files.ts';
import { startServer } from '../../support/bad-server.ts';
import { failureOf } from '../../support/failure.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'test' };

const CONFIG = `
[profile dev]
region = eu-west-1
endpoint_url = http://profile
services = mine
max_attempts = 2
retry_mode = standard
ca_bundle = /profile.pem
use_fips_endpoint = true
[profile dangling]
services = gone
[services mine]
ssm =
  endpoint_url = http://services-ssm
secrets_manager =
  endpoint_url = http://services-secrets
`;

async function setupOf(variables: Record<string, string>, profile?: string) {
  return readSetup({ ...(await awsFiles(CONFIG)), ...variables }, profile);
}

describe('the endpoint', () => {
  const both = { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_SSM: 'http://ssm' };

  test.each<[EndpointService, Record<string, string>, string | undefined]>([
    ['ssm', {}, undefined],
    ['ssm', both, 'http://ssm'],
    ['kms', both, 'http://all'],
    ['kms', { AWS_ENDPOINT_URL_KMS: 'http://kms' }, 'http://kms'],
    ['s3', { AWS_ENDPOINT_URL_S3: 'http://s3' }, 'http://s3'],
    ['sts', { AWS_ENDPOINT_URL_STS: 'http://sts' }, 'http://sts'],
    ['secretsmanager', { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://sm' }, 'http://sm'],
    ['ssm', { ...both, AWS_ENDPOINT_URL_SSM: '' }, 'http://all'],
    ['ssm', { ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
    ['ssm', { ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, 'http://ssm'],
    ['ssm', { AWS_PROFILE: 'dev' }, 'http://services-ssm'],
    ['secretsmanager', { AWS_PROFILE: 'dev' }, 'http://services-secrets'],
    ['kms', { AWS_PROFILE: 'dev' }, 'http://profile'],
    ['ssm', { AWS_PROFILE: 'dev', AWS_ENDPOINT_URL: 'http://all' }, 'http://all'],
    ['ssm', { AWS_PROFILE: 'dev', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' }, undefined],
  ])('of %s with %j is %s', async (service, variables, url) => {
    const setup = await setupOf(variables);
    expect(findEndpoint({ setup }, service)?.url).toBe(url);
    const mine = { endpoint: 'http://mine', setup };
    expect(findEndpoint(mine, service)).toEqual({ url: 'http://mine', from: '--endpoint-url' });
  });

  test('of a profile given by --profile counts', async () => {
    const session = await prepare({
      environment: await awsFiles(CONFIG),
      profile: 'dev',
      concurrency: 1,
    });
    expect(baseConfig(session, 'ssm', undefined)).toMatchObject({
      endpoint: 'http://services-ssm',
      region: 'eu-west-1',
      profile: 'dev',
      useFipsEndpoint: true,
      useDualstackEndpoint: false,
    });
  });

  test('that is no URL, or a missing services section, is named', async () => {
    const odd = await setupOf({ AWS_ENDPOINT_URL: 'localhost:4566' });
    expect(() => findEndpoint({ setup: odd }, 'ssm')).toThrow('AWS_ENDPOINT_URL is not a URL');
    const dangling = await setupOf({}, 'dangling');
    expect(() => findEndpoint({ setup: dangling }, 'ssm')).toThrow('services section gone');
  });

  test('of S3 is addressed by path', async () => {
    const session = { concurrency: 1, setup: await setupOf({ AWS_ENDPOINT_URL_S3: 'http://s3' }) };
    expect(baseConfig(session, 's3', 'us-east-1')).toHaveProperty('forcePathStyle', true);
    const plain = { concurrency: 1, setup: await setupOf({}) };
    expect(baseConfig(plain, 's3', 'us-east-1')).not.toHaveProperty('forcePathStyle');
  });
});

test.each([
  ['us-east-2', 'dev', { AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b' }, '--region'],
  [undefined, 'dev', { AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b' }, 'AWS_REGION'],
  [undefined, 'dev', { AWS_REGION: '', AWS_DEFAULT_REGION: 'b' }, 'AWS_DEFAULT_REGION'],
  [undefined, 'dev', {}, 'the profile dev'],
  [undefined, undefined, {}, undefined],
])(
  'the region of %s, the profile %s and %j is that of %4$s',
  async (flag, profile, names, from) => {
    expect(findHomeRegion(flag, await setupOf(names, profile))?.from).toBe(from);
  },
);

describe('retries', () => {
  test.each([
    [{}, undefined, { attempts: 7, mode: 'adaptive' }],
    [{ AWS_MAX_ATTEMPTS: '1' }, undefined, { attempts: 1, mode: 'adaptive' }],
    [{ AWS_RETRY_MODE: 'standard' }, undefined, { attempts: 7, mode: 'standard' }],
    [{ AWS_RETRY_MODE: 'legacy' }, undefined, { attempts: 7, mode: 'standard' }],
    [{}, 'dev', { attempts: 2, mode: 'standard' }],
    [
      { AWS_MAX_ATTEMPTS: '5', AWS_RETRY_MODE: 'adaptive' },
      'dev',
      { attempts: 5, mode: 'adaptive' },
    ],
  ])('%j, profile %s: %j', async (variables, profile, retries) => {
    expect(findRetries(await setupOf(variables, profile))).toEqual(retries);
  });

  test.each(['0', '-1', 'many', '1.5'])('AWS_MAX_ATTEMPTS=%s is refused', async (value) => {
    const setup = await setupOf({ AWS_MAX_ATTEMPTS: value });
    expect(() => findRetries(setup)).toThrow(`AWS_MAX_ATTEMPTS is ${value}`);
  });

  test('an unknown AWS_RETRY_MODE is refused', async () => {
    const setup = await setupOf({ AWS_RETRY_MODE: 'fast' });
    expect(() => findRetries(setup)).toThrow('AWS_RETRY_MODE is fast');
  });
});

test.each(['adaptive', 'standard'])('a failing call is tried as often as set: %s', async (mode) => {
  const server = await startServer((_, response) => response.writeHead(500).end('{}'));
  const variables = { AWS_ENDPOINT_URL: server.url, AWS_MAX_ATTEMPTS: '2', AWS_RETRY_MODE: mode };
  const environment = { ...(await awsFiles('')), ...KEYS, ...variables };
  const session = await prepare({ environment, concurrency: 1 });
  await failureOf(() => createParameterStore(session, 'us-east-1').get('/a'));
  expect(server.requests).toHaveLength(2);
});

describe.each(['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])(
  'a file of profiles that is there and cannot be read: %s',
  (variable) => {
    test.each([
      ['a folder', (path: string) => mkdirSync(path), 'it is a folder'],
      [
        'a pipe without a writer',
        (path: string) => execFileSync('mkfifo', [path]),
        'it is not a regular file',
      ],
      [
        'a section that the SDK refuses',
        (path: string) =>
          writeFileSync(path, '[default]\nregion = eu-west-1\n[__proto__]\na = b\n'),
        'it has a section __proto__',
      ],
    ])('%s', async (_, make, why) => {
      const files = await awsFiles(CONFIG);
      const path = join(files['HOME'] ?? '', 'unreadable');
      make(path);
      const error = await failureOf(() => readSetup({ ...files, [variable]: path }, undefined));
      expect(error.code).toBe('credentials');
      expect(error.message).toContain(`cannot read ${path}: ${why}`);
      expect(error.hint).toContain(variable);
    });

    test.each(['/dev/null', '/nonexistent/config'])('but %s is an empty one', async (path) => {
      const { config } = await readSetup({ ...(await awsFiles('')), [variable]: path }, undefined);
      expect(config.profiles.size).toBe(0);
    });
  },
);

describe('certificates', () => {
  test('AWS_CA_BUNDLE comes before the profile, and Node has its own without both', async () => {
    const variables = { AWS_CA_BUNDLE: '/mine.pem' };
    expect(findBundle(await setupOf(variables, 'dev'))?.from).toBe('AWS_CA_BUNDLE');
    expect(findBundle(await setupOf({}, 'dev'))?.file).toBe('/profile.pem');
    expect(await trustedCertificates(NO_SETUP)).toBeUndefined();
  });

  test.each(['/nonexistent.pem', '/etc/hostname'])('%s is refused', async (file) => {
    const setup = await setupOf({ AWS_CA_BUNDLE: file });
    await expect(trustedCertificates(setup)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('AWS_CA_BUNDLE') as string,
    });
  });

  test('a pipe without a writer is refused, not waited for', async () => {
    const { HOME = '', ...files } = await awsFiles('');
    const pipe = join(HOME, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const setup = await readSetup({ ...files, HOME, AWS_CA_BUNDLE: pipe }, undefined);
    const { message } = await failureOf(() => trustedCertificates(setup));
    expect(message).toBe(`AWS_CA_BUNDLE: cannot read ${pipe}: it is not a regular file`);
  });
});
