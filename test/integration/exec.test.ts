import { EncryptCommand } from '@aws-sdk/client-kms';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const TOKEN = createCanary();
const BINARY = randomBytes(9000);

/** Prints the environment, and the arguments of every process on this machine. */
const LOOK = `
const { readdirSync, readFileSync } = require('node:fs');
const pids = readdirSync('/proc').filter((name) => /^\\d+$/.test(name));
const calls = pids.map((pid) => {
  try { return readFileSync('/proc/' + pid + '/cmdline', 'latin1'); } catch { return ''; }
});
const { TLS_KEYSTORE_FILE: file } = process.env;
const keystore = file && readFileSync(file, 'base64');
console.log(JSON.stringify({ environment: process.env, calls: calls.join(' '), keystore }));`;

interface Seen {
  environment: Record<string, string>;
  calls: string;
  keystore?: string;
}

async function createApp() {
  const scene = await createScene(
    aws,
    `${secret('token', TOKEN)}  - {name: tls/keystore, type: SecureString, file: binary}\n`,
    { files: { binary: BINARY } },
  );
  await scene.succeed(['encrypt', 'app.yml']);
  return {
    ...scene,
    async see(args: readonly string[], env = {}) {
      const call = ['exec', 'app.yml', ...args, '--', process.execPath, '-e', LOOK];
      const { stdout, stderr } = await scene.succeed(call, { env });
      return { stderr, ...(JSON.parse(stdout.toString()) as Seen) };
    },
  };
}

test('passes values in the environment, and never in arguments', async () => {
  const app = await createApp();
  const { environment, calls, keystore, stderr } = await app.see([]);
  expect(environment['TOKEN'] === TOKEN).toBe(true);
  expect(keystore === BINARY.toString('base64')).toBe(true);
  expect(calls).toContain('exec\0app.yml');
  expectHidden(TOKEN, { calls, stderr });
});

test('--from aws passes what AWS has; --no-blobs leaves out values in S3', async () => {
  const app = await createApp();
  await app.succeed(['sync', 'app.yml', '--yes']);
  const { environment, stderr } = await app.see(['--from', 'aws', '--no-blobs']);
  expect(environment['TOKEN'] === TOKEN).toBe(true);
  expect(environment).not.toHaveProperty('TLS_KEYSTORE_FILE');
  expect(stderr).toBe('1 blob left out\n');
  const own = await app.see(['--no-blobs', '--quiet']);
  expect(own.environment).not.toHaveProperty('TLS_KEYSTORE_FILE');
});

test("works with psyml's files", async () => {
  const keyArn = await aws.createKey();
  const app = await createScene(aws, '');
  const { CiphertextBlob = new Uint8Array() } = await aws.kms.send(
    new EncryptCommand({
      KeyId: keyArn,
      Plaintext: Buffer.from(TOKEN),
      EncryptionContext: { Client: 'psyml', Name: 'api/token' },
    }),
  );
  await app.write(
    'app.yml',
    `path: ${app.prefix}
region: ${REGION}
kmskey: ${aws.kmskey}
encrypted_with: ${keyArn}
parameters:
- name: api/token
  type: securestring
  value: ${Buffer.from(CiphertextBlob).toString('base64')}
- name: version
  type: string
  value: 2
`,
  );
  const { stdout } = await app.succeed(['exec', 'app.yml', '--pristine', '--', 'env']);
  expect(stdout.toString() === `API_TOKEN=${TOKEN}\nVERSION=2\n`).toBe(true);
});
