import { randomBytes } from 'node:crypto';
import { LabelParameterVersionCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { putAsGoTool } from '../support/go-tool.ts';
import { importLibrary, useCoffer } from '../support/library.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const { CofferError } = await importLibrary();
const coffer = await useCoffer(aws);
const farAway = await useCoffer(aws, 'eu-west-1');
const BINARY = randomBytes(9000);
const LARGE = randomBytes(200_000);

function createApp(): Promise<Scene> {
  return createScene(
    aws,
    `${secret('token', 'secret 🔑\n')}  - {name: blob, type: SecureString, file: binary}
  - {name: tls/large, type: SecureString, file: large}
  - {name: open, type: String, value: 1.10}
  - {name: hosts, type: StringList, value: [a, b]}
`,
    { files: { binary: BINARY, large: LARGE } },
  );
}

/** Latin-1 holds any bytes, and two long strings are compared faster than two buffers. */
const comparable = (secrets: Iterable<readonly [string, Buffer]>) =>
  Array.from(secrets, ([name, value]) => [name, value.toString('latin1')] as const);

const EXPECTED = comparable([
  ['token', Buffer.from('secret 🔑\n')],
  ['blob', BINARY],
  ['tls/large', LARGE],
  ['open', Buffer.from('1.10')],
  ['hosts', Buffer.from('a,b')],
]);

describe('coffer.open', () => {
  test('returns the values of a manifest by name, in its order, before and after encrypt', async () => {
    const app = await createApp();
    expect(comparable(await coffer.open(app.path('app.yml')))).toEqual(EXPECTED);
    await app.succeed(['encrypt', 'app.yml']);
    expect(comparable(await coffer.open(app.path('app.yml')))).toEqual(EXPECTED);
  });

  test("finds the file key in the manifest's region", async () => {
    const app = await createApp();
    const alias = `alias/${aws.unique('far')}`;
    await aws.createKey(alias, 'eu-west-1');
    const env = { COFFER_KEY_ALIAS: alias, COFFER_KEY_REGION: 'eu-west-1' };
    await app.succeed(['encrypt', 'app.yml'], { env });
    expect(comparable(await coffer.open(app.path('app.yml')))).toEqual(EXPECTED);
  });

  test('throws a CofferError for a missing or invalid manifest, or a moved ciphertext', async () => {
    const app = await createApp();
    const open = (file: string) => coffer.open(app.path(file));
    await expect(open('no.yml')).rejects.toMatchObject({ code: 'usage' });
    await app.write('wrong.yml', 'path: /x/\n');
    await expect(open('wrong.yml')).rejects.toMatchObject({ code: 'manifest' });
    await app.succeed(['encrypt', 'app.yml']);
    await app.write('app.yml', (await app.text('app.yml')).replace('name: token', 'name: tokem'));
    await expect(open('app.yml')).rejects.toMatchObject({
      code: 'tampered',
      place: { file: app.path('app.yml') },
    });
    await expect(open('app.yml')).rejects.toBeInstanceOf(CofferError);
  });
});

const text = async (selector: string) => (await coffer.get(selector)).toString();

describe('coffer.get', () => {
  test('returns a value, a version, a label, or the whole object behind a pointer', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['sync', 'app.yml', '--yes']);
    for (const [name, value] of EXPECTED) {
      const bytes = await coffer.get(app.prefix + name);
      expect(bytes.toString('latin1') === value, name).toBe(true);
    }
    const Name = `${app.prefix}token`;
    await stored.put(Name, 'second', { Type: 'SecureString', KeyId: aws.kmskey });
    await aws.ssm.send(
      new LabelParameterVersionCommand({ Name, ParameterVersion: 1, Labels: ['first'] }),
    );
    expect(await text(Name)).toBe('second');
    expect(await text(`${Name}:1`)).toBe('secret 🔑\n');
    expect(await text(`${Name}:first`)).toBe('secret 🔑\n');
  });

  test('reads what s3-kms-ssm-secrets wrote', async () => {
    const { name } = await putAsGoTool(aws, `/${aws.unique('go')}/archive`, LARGE, '.tar');
    expect((await coffer.get(name)).equals(LARGE)).toBe(true);
  });

  test('looks in the given region', async () => {
    const name = `/${aws.unique('far')}`;
    await storedIn(aws, 'eu-west-1').put(name, 'far away');
    expect((await farAway.get(name)).toString()).toBe('far away');
    await expect(coffer.get(name)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('throws a CofferError for a missing parameter, version or object', async () => {
    const app = await createApp();
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['sync', 'app.yml', '--yes']);
    for (const selector of ['nothing', 'token:9', 'token:nobody']) {
      const failing = coffer.get(app.prefix + selector);
      await expect(failing).rejects.toMatchObject({ code: 'not-found' });
      await expect(failing).rejects.toBeInstanceOf(CofferError);
    }
    for (const key of await stored.objects(app.prefix)) await stored.removeObject(key);
    await expect(coffer.get(`${app.prefix}blob`)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
