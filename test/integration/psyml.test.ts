import { EncryptCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();
const SECRET = createCanary();
const PASSWORD = 'correct horse battery';

/** The value of a securestring as psyml wrote it. */
async function psymlValue(keyId: string, name: string, text: string): Promise<string> {
  const { CiphertextBlob = new Uint8Array() } = await aws.kms.send(
    new EncryptCommand({
      KeyId: keyId,
      Plaintext: Buffer.from(text),
      EncryptionContext: { Client: 'psyml', Name: name },
    }),
  );
  return Buffer.from(CiphertextBlob).toString('base64');
}

/** A manifest as psyml left it. */
async function createPsyml() {
  const alias = `alias/${aws.unique('psyml')}`;
  const keyArn = await aws.createKey(alias);
  const env = { COFFER_KEY_ALIAS: undefined, PSYML_KEY_ALIAS: alias, PSYML_KEY_REGION: REGION };
  const app = await createScene(aws, '  - {name: x, type: String, value: x}\n');
  const prefix = app.prefix;
  await app.write(
    'app.yml',
    `# written by psyml
path: ${prefix}
region: ${REGION}
kmskey: ${aws.kmskey}
encrypted_with: ${keyArn}
parameters:
# what opens the door
- name: token
  description: of the API
  type: securestring
  value: ${await psymlValue(keyArn, 'token', SECRET)}
- name: db/password   # behind the name
  type: securestring
  value: ${await psymlValue(keyArn, 'db/password', PASSWORD)}
- name: version
  type: string
  value: 2
`,
  );
  return { ...app, env, alias, keyArn };
}

const rest = (text: string) =>
  text
    .split('\n')
    .filter(
      (line) =>
        !/^encrypted_with|^data_keys|^ {2}"?[0-9a-f]{8}"?:|^ {4}(?:key|binding|commit): |^ {2}value: [^2]/.test(
          line,
        ),
    );

describe("psyml's file", () => {
  test('is decrypted', async () => {
    const app = await createPsyml();
    expect(await app.value('token')).toBe(SECRET);
    expect(await app.value('db/password')).toBe(PASSWORD);
    const { stdout } = await app.succeed(['decrypt', 'app.yml']);
    expect(stdout.toString()).toContain(`value: ${SECRET}\n`);
    expect(stdout.toString()).toContain('# what opens the door');
  });

  test('is saved', async () => {
    const app = await createPsyml();
    await app.succeed(['save', 'app.yml']);
    const { Parameter } = await aws.ssm.send(
      new GetParameterCommand({ Name: `${app.prefix}token`, WithDecryption: true }),
    );
    expect(Parameter).toMatchObject({ Type: 'SecureString', Value: SECRET });
  });

  test('is exported', async () => {
    const app = await createPsyml();
    const { stdout } = await app.succeed(['export', 'app.yml']);
    expect(stdout.toString()).toBe(
      `export TOKEN='${SECRET}'\nexport DB_PASSWORD='${PASSWORD}'\nexport VERSION='2'\n`,
    );
  });

  test('is not changed by encrypt, except for new secrets', async () => {
    const app = await createPsyml();
    const before = await app.text('app.yml');
    await app.succeed(['encrypt', 'app.yml'], { env: app.env });
    expect(await app.text('app.yml')).toBe(before);
    await app.write('app.yml', `${before}- name: new\n  type: SecureString\n  value: fresh\n`);
    const { stderr } = await app.succeed(['encrypt', 'app.yml'], { env: app.env });
    expect(stderr).toContain('psyml cannot read app.yml any more');
    const after = await app.text('app.yml');
    for (const line of before.split('\n')) expect(after.split('\n')).toContain(line);
    expect(after.match(/ENC\[/g)).toHaveLength(1);
    expect(await app.value('new')).toBe('fresh');
    expect(await app.value('token')).toBe(SECRET);
  });

  test.each(['the same key', 'another key'])(
    "becomes coffer's by refresh under %s, with comments and all other text unchanged",
    async (which) => {
      const app = await createPsyml();
      const target = which === 'the same key' ? app.keyArn : await aws.createKey();
      await aws.kms.send(new UpdateAliasCommand({ AliasName: app.alias, TargetKeyId: target }));
      const before = await app.text('app.yml');
      await app.succeed(['refresh', 'app.yml'], { env: app.env });

      const after = await app.text('app.yml');
      expect(after).toContain(`encrypted_with: ${target}`);
      expect(after.match(/value: ENC\[v1,/g)).toHaveLength(2);
      expect(rest(after)).toEqual(rest(before));
      expect(await app.value('token')).toBe(SECRET);
      expect(await app.value('db/password')).toBe(PASSWORD);
      expectHidden(SECRET, { after });
    },
  );

  test('does not open if a ciphertext is under another name', async () => {
    const app = await createPsyml();
    const text = await app.text('app.yml');
    await app.write('app.yml', text.replace('name: token', 'name: tokem'));
    const { code, stdout, stderr } = await app.coffer(['decrypt', 'app.yml']);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('tokem');
    expectHidden(SECRET, { stderr });
  });
});
