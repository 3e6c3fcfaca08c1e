import { describe, expect, test } from 'vitest';
import { findProxy, shownProxy } from '../../../src/aws/proxies.ts';

const HTTPS_PROXY = 'http://user:canary@proxy.test:3128';

function through(environment: Record<string, string>, url: string): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const target = { protocol, hostname, port: port === '' ? undefined : Number(port) };
  const proxy = findProxy(environment, target);
  return proxy && shownProxy(proxy);
}

describe('the proxy for a URL', () => {
  test.each([
    ['https://ssm.us-east-1.amazonaws.com', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://ssm.us-east-1.amazonaws.com', { https_proxy: 'http://p:1' }, 'http://p:1'],
    ['https://a.test', { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://UP:1' }, 'http://low:1'],
    ['https://a.test', { https_proxy: '', HTTPS_PROXY: 'http://up:1' }, undefined],
    ['https://a.test', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://a.test', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http://a.test', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://a.test', { HTTPS_PROXY: 'p:1' }, 'http://p:1'],
    ['https://a.test', { HTTPS_PROXY: 'https://p' }, 'https://p'],
    ['https://a.test', { HTTPS_PROXY: 'http://[::1]:1' }, 'http://[::1]:1'],
    ['https://a.test', {}, undefined],
  ])('%s with %j is %s', (url, environment, proxy) => {
    expect(through(environment, url)).toBe(proxy);
  });

  test('is shown without its password', () => {
    expect(through({ HTTPS_PROXY }, 'https://a.test')).toBe('http://proxy.test:3128');
  });

  test.each(['socks5://user:canary@proxy:1', 'http://user:canary@'])(
    '%s is refused, and not shown',
    (value) => {
      const find = () => findProxy({ HTTPS_PROXY: value }, { protocol: 'https:', hostname: 'a' });
      expect(find).toThrow(expect.objectContaining({ code: 'usage' }));
      expect(find).not.toThrow(/canary/);
    },
  );
});

test.each([
  'http://localhost:1',
  'http://app.localhost',
  'http://127.0.0.1:4599',
  'http://127.9.9.9',
  'http://0.0.0.0:1',
  'http://[::1]:1',
  'http://[::ffff:127.0.0.1]:1',
  'http://169.254.169.254/latest',
  'http://169.254.170.2/v2',
  'http://169.254.170.23/v1',
  'http://[fd00:ec2::254]/latest',
  'http://[fd00:ec2::23]/v1',
  'http://[fe80::1]',
])('%s never has one', (url) => {
  const environment = { HTTPS_PROXY, HTTP_PROXY: HTTPS_PROXY, NO_PROXY: '' };
  expect(through(environment, url)).toBeUndefined();
  expect(through(environment, url.replace('http:', 'https:'))).toBeUndefined();
});

describe('NO_PROXY', () => {
  test.each([
    ['*', 'https://a.test', true],
    ['a.test', 'https://a.test', true],
    ['A.Test', 'https://a.test', true],
    ['a.test', 'https://A.TEST', true],
    ['a.test', 'https://s3.a.test', true],
    ['.a.test', 'https://s3.a.test', true],
    ['.a.test', 'https://a.test', true],
    ['*.a.test', 'https://s3.a.test', true],
    ['a.test', 'https://nota.test', false],
    ['a.test.', 'https://a.test', true],
    ['b.test, a.test', 'https://a.test', true],
    ['b.test a.test', 'https://a.test', true],
    [',,', 'https://a.test', false],
    ['a.test:443', 'https://a.test', true],
    ['a.test:443', 'https://a.test:8443', false],
    ['a.test:8443', 'https://a.test:8443', true],
    ['a.test:80', 'http://a.test', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://ten.test', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2.3:443', 'https://10.1.2.3', true],
    ['10.1.2.3', 'https://10.1.2.30', false],
    ['fd12::/16', 'https://[fd12::5]', true],
    ['[fd12::]/16', 'https://[fd12::5]', true],
    ['fd12::5', 'https://[fd12::5]', true],
    ['[fd12::5]:443', 'https://[fd12::5]', true],
    ['[fd12::5]:1', 'https://[fd12::5]', false],
  ])('%s, %s: %s', (exceptions, url, isExcepted) => {
    const proxies = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' };
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const proxy = through({ ...proxies, [name]: exceptions }, url);
      expect(proxy === undefined, name).toBe(isExcepted);
    }
  });
});
