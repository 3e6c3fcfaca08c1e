import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { renderK8sSecret, type K8sEntry } from '../../../src/formats/k8s.ts';
import { failureOf } from '../../support/failure.ts';
import { faultsOfSecret } from '../../support/k8s-secret.ts';
import { hasPythonYaml, readByPython } from '../../support/python-yaml.ts';

const entry = (name: string, text = 'x', version?: number): K8sEntry => ({
  name,
  bytes: Buffer.from(text),
  version,
});

/** Names and values that YAML 1.1 does not read as text without quotes. */
const TRICKY = `
  yes no on off y n Y N true null 1e3 0x1F 0o17 0777 1_000 0b01
  2001-01-01 1.10 .5 -1 - -.inf .nan __proto__ 10 9 a B
`
  .trim()
  .split(/\s+/);

/** Bytes whose base64 is this text. */
const decoded = (base64: string) => Buffer.from(base64, 'base64');

/** Two entries with this many bytes in total. */
const sized = (bytes: number) => [entry('a', 'x'.repeat(24)), entry('b', 'y'.repeat(bytes - 24))];

describe('a Kubernetes Secret', () => {
  test('has every value in base64, sorted by name, under keys without slashes', () => {
    const text = renderK8sSecret(
      [entry('tls/key', 'second\n'), entry('b'), entry('10'), entry('9'), entry('a', '\u0000ü')],
      { name: 'app', namespace: 'prod' },
    );
    expect(text).toBe(`apiVersion: v1
kind: Secret
metadata:
  name: app
  namespace: prod
type: Opaque
data:
  "10": eA==
  "9": eA==
  a: AMO8
  b: eA==
  tls.key: c2Vjb25kCg==
`);
    expect(faultsOfSecret(parse(text))).toEqual([]);
  });

  test('does not depend on the order of its entries', () => {
    const entries = TRICKY.map((name) => entry(name, name, 3));
    const target = { name: 'app' };
    expect(renderK8sSecret(entries.toReversed(), target)).toBe(renderK8sSecret(entries, target));
  });

  test('lists known versions in an annotation', () => {
    const text = renderK8sSecret([entry('a/b', 'x', 3), entry('c'), entry('d', 'x', 12)], {
      name: 'app',
    });
    const secret = parse(text) as { metadata: { annotations: Record<string, string> } };
    expect(faultsOfSecret(secret)).toEqual([]);
    expect(secret.metadata.annotations).toEqual({ 'coffer/versions': '{"a.b":3,"d":12}' });
  });

  test.skipIf(!hasPythonYaml)('is read correctly by a YAML 1.1 reader', async () => {
    const values = ['0b01', '0777', '1e10', '+0b1', 'true', 'null', '1234', '0x1F', '0o17', '////'];
    const entries = [
      ...TRICKY.map((name) => entry(name, `value of ${name}`, 2)),
      ...values.map((base64, index) => ({ name: `v${index}`, bytes: decoded(base64) })),
    ];
    for (const name of ['on', 'null', '1', '1e3', '2001-01-01']) {
      const read = await readByPython(renderK8sSecret(entries, { name, namespace: 'n' }));
      expect(faultsOfSecret(read)).toEqual([]);
      const expected = entries.map(({ name: key, bytes }) => [key, bytes.toString('base64')]);
      expect(read).toMatchObject({
        metadata: { name, namespace: 'n' },
        data: Object.fromEntries(expected) as object,
      });
    }
  });

  test('holds up to 1 MiB', async () => {
    expect(faultsOfSecret(parse(renderK8sSecret(sized(1024 * 1024), { name: 'app' })))).toEqual([]);
    const error = await failureOf(() => renderK8sSecret(sized(1024 * 1024 + 1), { name: 'app' }));
    expect(error).toMatchObject({ code: 'oversize' });
    expect(error.hint).toContain('--only');
  });
});

describe('refuses what Kubernetes does not accept:', () => {
  test.each([
    '',
    'App',
    'a_b',
    '-a',
    'a-',
    '.a',
    'a.',
    'a..b',
    'a.-b',
    'a-.b',
    'a b',
    'ä',
    'a'.repeat(254),
  ])('the name %j', async (name) => {
    const error = await failureOf(() => renderK8sSecret([entry('a')], { name }));
    expect(error.code).toBe('usage');
    const candidate = { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
    expect(faultsOfSecret(candidate), 'the API server refuses it, too').not.toEqual([]);
  });

  test.each(['', 'Prod', 'a.b', '-a', 'a-', 'a_b', 'a'.repeat(64)])(
    'the namespace %j',
    async (namespace) => {
      const error = await failureOf(() => renderK8sSecret([entry('a')], { name: 'a', namespace }));
      expect(error.code).toBe('usage');
      const candidate = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace } };
      expect(faultsOfSecret(candidate), 'the API server refuses it, too').not.toEqual([]);
    },
  );

  test.each(['a', '0', 'a.b-c.d', 'a'.repeat(253)])('but not the name %j', (name) => {
    expect(faultsOfSecret(parse(renderK8sSecret([entry('a')], { name })))).toEqual([]);
  });

  test.each(['.', '..', '..a', 'a'.repeat(254)])('the key %j', async (name) => {
    const error = await failureOf(() => renderK8sSecret([entry(name)], { name: 'a' }));
    expect(error).toMatchObject({ code: 'manifest' });
    expect(error.message).toContain(name);
    const data = { [name]: 'eA==' };
    const candidate = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data };
    expect(faultsOfSecret(candidate), 'the API server refuses it, too').not.toEqual([]);
  });

  test('two names that become one key', async () => {
    const entries = [entry('a.b'), entry('c'), entry('a/b')];
    const { code, message } = await failureOf(() => renderK8sSecret(entries, { name: 'a' }));
    expect(code).toBe('manifest');
    expect(message).toMatch(/a\.b and a\/b would both|a\/b and a\.b would both/);
  });
});
