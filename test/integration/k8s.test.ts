import { randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { faultsOfSecret, isSecret, type K8sSecret } from '../support/k8s-secret.ts';
import { hasPythonYaml, readByPython } from '../support/python-yaml.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const TOKEN = createCanary();
const BINARY = randomBytes(9000);

beforeAll(() => {
  if (!hasPythonYaml) process.stderr.write("python3's yaml is missing: no second YAML reader\n");
});

async function createApp(): Promise<Scene> {
  const scene = await createScene(
    aws,
    `${secret('token', TOKEN)}${secret('on', '🔑\n')}  - {name: tls/keystore.p12, type: SecureString, file: binary}
  - {name: hosts, type: StringList, value: [a, b]}
`,
    { files: { binary: BINARY } },
  );
  await scene.succeed(['encrypt', 'app.yml']);
  return scene;
}

/** The Secret for the API server, read with another YAML reader if there is one. */
async function readSecret(yaml: Buffer): Promise<K8sSecret> {
  const read: unknown = hasPythonYaml ? await readByPython(yaml) : parse(yaml.toString());
  expect(faultsOfSecret(read)).toEqual([]);
  if (!isSecret(read)) throw new Error('no Secret');
  return read;
}

const opened = ({ data = {} }: K8sSecret) =>
  new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));

const K8S = ['--format', 'k8s', '--name', 'app'];

test('of a manifest contains all its values, including binary ones, and no versions', async () => {
  const app = await createApp();
  const args = ['export', 'app.yml', ...K8S, '--namespace', 'prod'];
  const { stdout, stderr } = await app.succeed(args);
  expectHidden(TOKEN, { stderr });
  const read = await readSecret(stdout);
  expect(read).toMatchObject({ type: 'Opaque', metadata: { name: 'app', namespace: 'prod' } });
  expect(read.metadata.annotations).toBeUndefined();
  const values = opened(read);
  expect([...values.keys()]).toEqual(['hosts', 'on', 'tls.keystore.p12', 'token']);
  expect(values.get('token')?.equals(Buffer.from(TOKEN))).toBe(true);
  expect(values.get('on')?.toString()).toBe('🔑\n');
  expect(values.get('hosts')?.toString()).toBe('a,b');
  expect(values.get('tls.keystore.p12')?.equals(BINARY)).toBe(true);
  const again = await app.succeed(args);
  expect(again.stdout.equals(stdout)).toBe(true);
});

test('of AWS records the versions that it contains', async () => {
  const app = await createApp();
  await app.succeed(['sync', 'app.yml', '--yes']);
  const key = { Type: 'SecureString', KeyId: aws.kmskey } as const;
  await stored.put(`${app.prefix}token`, 'second', key);
  await stored.put(`${app.prefix}token`, 'third', key);
  const pinned = ['--only', 'token@1', '--only', 'tls/keystore.p12@1', '--only', 'hosts'];
  const { stdout } = await app.succeed(['export', 'app.yml', '--from', 'aws', ...K8S, ...pinned]);
  const read = await readSecret(stdout);
  const values = opened(read);
  expect([...values.keys()]).toEqual(['hosts', 'tls.keystore.p12', 'token']);
  expect(values.get('token')?.equals(Buffer.from(TOKEN))).toBe(true);
  expect(values.get('tls.keystore.p12')?.equals(BINARY)).toBe(true);
  const versions = read.metadata.annotations?.['coffer/versions'] ?? '';
  expect(JSON.parse(versions)).toEqual({ hosts: 1, 'tls.keystore.p12': 1, token: 1 });

  const latest = await app.succeed(['export', app.prefix, '--from', 'aws', ...K8S]);
  const now = await readSecret(latest.stdout);
  expect(opened(now).get('token')?.toString()).toBe('third');
  expect(JSON.parse(now.metadata.annotations?.['coffer/versions'] ?? '')).toMatchObject({
    token: 3,
  });
});

describe('is refused without output', () => {
  test.each([
    ['without a name', ['--format', 'k8s'], '--name'],
    ['with a name that Kubernetes refuses', ['--format', 'k8s', '--name', 'App'], 'App'],
    ['for a namespace with a dot', [...K8S, '--namespace', 'a.b'], 'a.b'],
  ])('%s', async (_, flags, message) => {
    const app = await createScene(aws, '  - {name: a, type: String, value: x}\n');
    const { code, stdout, stderr } = await app.coffer(['export', 'app.yml', ...flags]);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(message);
  });

  test('if two names become one key', async () => {
    const app = await createScene(aws, secret('a/b', TOKEN) + secret('a.b', TOKEN));
    const { code, stdout, stderr } = await app.coffer(['export', 'app.yml', ...K8S]);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('a.b');
    expect(stderr).toContain('a/b');
    expectHidden(TOKEN, { stderr });
  });

  test('if it would be larger than 1 MiB', async () => {
    const app = await createScene(aws, '  - {name: a, type: SecureString, file: large}\n', {
      files: { large: Buffer.alloc(1024 * 1024 + 1, 'x') },
    });
    await app.succeed(['encrypt', 'app.yml']);
    const { code, stdout, stderr } = await app.coffer(['export', 'app.yml', ...K8S]);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('1 MiB');
    expect(stderr).toContain('--only');
  });
});
