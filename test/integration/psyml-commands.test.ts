import { EncryptCommand } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
const SECRET = createCanary();
const LINES = `first "${createCanary()}"\nsecond: #ü\n`;
/** The region of psyml's own key, for a manifest of any region. */
const PSYML_REGION = 'ap-southeast-2';
const ALIAS = `alias/${aws.unique('psyml')}`;
const KEY = await aws.createKey(ALIAS, PSYML_REGION);

/** psyml's variables, without coffer's. */
const PSYML = {
  COFFER_KEY_ALIAS: undefined,
  PSYML_KEY_ALIAS: ALIAS,
  PSYML_KEY_REGION: PSYML_REGION,
};
const NO_VARIABLE = { COFFER_KEY_ALIAS: undefined };
const ACCEPT = ['--accept-file-key', KEY];

/** The value of a securestring as psyml wrote it. */
async function seal(name: string, text: string): Promise<string> {
  const { CiphertextBlob = new Uint8Array() } = await aws.clients(PSYML_REGION).kms.send(
    new EncryptCommand({
      KeyId: KEY,
      Plaintext: Buffer.from(text),
      EncryptionContext: { Client: 'psyml', Name: name },
    }),
  );
  return Buffer.from(CiphertextBlob).toString('base64');
}

interface Values {
  token: string;
  password: string;
  /** `SecureString` in a plain file; psyml lower-cased what it had processed. */
  secure: string;
  plain: string;
  header: string;
}

const manifest = (prefix: string, { token, password, secure, plain, header }: Values) =>
  `# the app's secrets, as psyml has them
path: ${prefix}
region: ${REGION}
kmskey: ${aws.kmskey}
${header}
tags:
  cost_center: team17

parameters:
# what opens the door
- name: token
  description: of the API   # for a while
  type: ${secure}
  value: ${token}

- name: db/password   # behind the name
  type: ${secure}
  value: ${password}
- name: api-version.v1
  description: no secret
  type: ${plain}
  value: 1.10
# the end
`;

const PLAIN: Values = {
  token: SECRET,
  password: JSON.stringify(LINES),
  secure: 'SecureString',
  plain: 'String',
  header: '# not yet encrypted',
};

async function createWith(values: Values): Promise<Scene> {
  const scene = await createScene(aws, '  - {name: x, type: String, value: x}\n');
  await scene.write('app.yml', manifest(scene.prefix, values));
  return scene;
}

async function createEncrypted(): Promise<Scene> {
  return createWith({
    token: await seal('token', SECRET),
    password: await seal('db/password', LINES),
    secure: 'securestring',
    plain: 'string',
    header: `encrypted_with: ${KEY}`,
  });
}

/** The content of AWS after a sync. */
const IN_STEP = { token: SECRET, 'db/password': LINES, 'api-version.v1': '1.10' };

async function expectOpens(app: Scene, env = NO_VARIABLE): Promise<void> {
  for (const [name, value] of Object.entries(IN_STEP)) {
    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--value', name], { env });
    expect(stdout.toString() === value, name).toBe(true);
  }
}

/** The lines that refresh must not change. */
const rest = (text: string) =>
  text
    .split('\n')
    .filter(
      (line) =>
        !/^data_keys:|^ {2}"?[0-9a-f]{8}"?:|^ {4}(?:key|binding|commit): |^ {2}value: [^1]/.test(
          line,
        ),
    );

/** The lines that hold a comment. */
const comments = (text: string) => text.split('\n').filter((line) => /^[^"]*#/.test(line));

describe("psyml's encrypted file, with its key in another region and no variables", () => {
  test('is decrypted, by value and as a whole', async () => {
    const app = await createEncrypted();
    await expectOpens(app);
    const { stdout } = await app.succeed(['decrypt', 'app.yml'], { env: NO_VARIABLE });
    expect(stdout.toString()).toContain('# what opens the door');
    expect(stdout.toString()).toContain(`value: ${SECRET}\n`);
  });

  test("is exported under psyml's names", async () => {
    const app = await createEncrypted();
    const { stdout } = await app.succeed(['export', 'app.yml'], { env: NO_VARIABLE });
    expect(stdout.toString().split('\n')[0]).toBe(`export TOKEN='${SECRET}'`);
    expect(stdout.toString()).toContain("export DB_PASSWORD='first ");
    expect(stdout.toString()).toContain("export API_VERSION_V1='1.10'\n");
  });

  test('works with diff, sync, list and nuke, and stays byte for byte', async () => {
    const app = await createEncrypted();
    const before = await app.text('app.yml');
    const call = (...args: string[]) => app.coffer(args, { env: NO_VARIABLE });

    const first = await call('diff', 'app.yml', '--exit-code');
    expect(first.code, first.stderr).toBe(3);
    expectHidden(SECRET, { diff: first.stdout });
    expect((await call('sync', 'app.yml', '--yes')).code).toBe(0);
    expect(await stored.values(app.prefix)).toEqual(IN_STEP);
    expect((await call('diff', 'app.yml', '--exit-code')).code).toBe(0);
    const again = await call('sync', 'app.yml', '--yes');
    expect(again.code).toBe(0);
    expect([...(await stored.parameters(app.prefix)).values()].map((item) => item.Version)).toEqual(
      [1, 1, 1],
    );
    const list = await call('list', 'app.yml');
    expect(list.stdout.toString()).toContain(`${app.prefix}db/password`);
    expectHidden(SECRET, { list: list.stdout, sync: again.stderr });
    expect((await call('nuke', 'app.yml', '--yes')).code).toBe(0);
    expect(await stored.values(app.prefix)).toEqual({});
    expect(await app.text('app.yml')).toBe(before);
  });

  test('is saved, with keys, descriptions and tags', async () => {
    const app = await createEncrypted();
    await app.succeed(['save', 'app.yml'], { env: NO_VARIABLE });
    expect(await stored.values(app.prefix)).toEqual(IN_STEP);
    expect((await stored.metadata(app.prefix)).get('token')).toMatchObject({
      Type: 'SecureString',
      KeyId: aws.kmskey,
      Description: 'of the API',
    });
    expect(await stored.tags(`${app.prefix}token`)).toEqual({ cost_center: 'team17' });
  });

  test('gets new secrets from encrypt, and keeps the old ones byte for byte', async () => {
    const app = await createEncrypted();
    const before = await app.text('app.yml');
    const added = '- name: new\n  type: SecureString\n  value: fresh\n';
    await app.write('app.yml', before.replace('# the end\n', `${added}# the end\n`));
    // No alias of coffer's is there to vouch for psyml's key.
    const refused = await app.coffer(['encrypt', 'app.yml'], { env: NO_VARIABLE });
    expect(refused.stderr).toContain(`--accept-file-key ${KEY}`);
    await app.succeed(['encrypt', 'app.yml', ...ACCEPT], { env: NO_VARIABLE });
    const lines = (await app.text('app.yml')).split('\n');
    for (const line of before.split('\n')) expect(lines).toContain(line);
    expect(lines.filter((line) => line.includes('ENC['))).toHaveLength(1);
    await expectOpens(app);
    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--value', 'new'], {
      env: NO_VARIABLE,
    });
    expect(stdout.toString()).toBe('fresh');
    await app.succeed(['sync', 'app.yml', '--yes'], { env: NO_VARIABLE });
    expect(await stored.values(app.prefix)).toEqual({ ...IN_STEP, new: 'fresh' });
  });

  test('gets a new value from set, and loses a parameter by unset', async () => {
    const app = await createEncrypted();
    const before = await app.text('app.yml');
    const changed = createCanary();
    const set = await app.succeed(['set', 'app.yml', 'token', ...ACCEPT], {
      env: NO_VARIABLE,
      stdin: changed,
    });
    await app.succeed(['unset', 'app.yml', 'api-version.v1'], { env: NO_VARIABLE });
    const after = await app.text('app.yml');
    expectHidden(changed, { after, stderr: set.stderr });
    expect(after.match(/value: ENC\[/g)).toHaveLength(1);
    expect(after).not.toContain('api-version.v1');
    const password = /behind the name\n.*\n( {2}value: .*\n)/.exec(before)?.[1];
    expect(after).toContain(password);
    expect(after).toContain('# what opens the door\n- name: token\n');
    await app.succeed(['sync', 'app.yml', '--yes'], { env: NO_VARIABLE });
    const values = await stored.values(app.prefix);
    expect(Object.keys(values).toSorted()).toEqual(['db/password', 'token']);
    expect(values['token'] === changed && values['db/password'] === LINES).toBe(true);
  });

  test("becomes coffer's own by refresh, under psyml's key, with all other text unchanged", async () => {
    const app = await createEncrypted();
    const before = await app.text('app.yml');
    await app.succeed(['refresh', 'app.yml'], { env: PSYML });
    const after = await app.text('app.yml');
    expect(after.match(/value: ENC\[v1,/g)).toHaveLength(2);
    expect(after).toContain(`encrypted_with: ${KEY}\n`);
    expect(rest(after)).toEqual(rest(before));
    expectHidden(SECRET, { after });
    await expectOpens(app);
    await app.succeed(['refresh', 'app.yml'], { env: PSYML });
    expect(await app.text('app.yml')).toBe(after);
  });
});

describe("psyml's plain file", () => {
  test("is encrypted under the key that psyml's variables name", async () => {
    const app = await createWith(PLAIN);
    const before = await app.text('app.yml');
    await app.succeed(['encrypt', 'app.yml'], { env: PSYML });
    const after = await app.text('app.yml');
    expect(after).toContain(`encrypted_with: ${KEY}\n`);
    expectHidden(SECRET, { after });
    expect(comments(after)).toEqual(comments(before));
    await expectOpens(app);
  });

  test("is encrypted under the key of coffer's variables if both are set", async () => {
    const app = await createWith(PLAIN);
    const alias = `alias/${aws.unique('coffer')}`;
    const arn = await aws.createKey(alias, 'eu-west-1');
    const env = { ...PSYML, COFFER_KEY_ALIAS: alias, COFFER_KEY_REGION: 'eu-west-1' };
    await app.succeed(['encrypt', 'app.yml'], { env });
    expect(await app.text('app.yml')).toContain(`encrypted_with: ${arn}\n`);
  });

  test('is saved only with --allow-plaintext', async () => {
    const app = await createWith(PLAIN);
    const refused = await app.coffer(['save', 'app.yml']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('coffer encrypt app.yml');
    expectHidden(SECRET, { stderr: refused.stderr });
    expect(await stored.values(app.prefix)).toEqual({});
    await app.succeed(['save', 'app.yml', '--allow-plaintext']);
    expect(await stored.values(app.prefix)).toEqual(IN_STEP);
  });
});

describe('what psyml wrote to AWS', () => {
  test("gets the manifest's kmskey by sync, with the same value", async () => {
    const app = await createEncrypted();
    // psyml passed no key for processed values, so they are under the account's default key.
    await stored.put(`${app.prefix}token`, SECRET, { Type: 'SecureString' });
    await stored.put(`${app.prefix}db/password`, LINES, { Type: 'SecureString' });
    await stored.put(`${app.prefix}api-version.v1`, '1.10', { Description: 'no secret' });
    expect((await stored.metadata(app.prefix)).get('token')?.KeyId).toBe('alias/aws/ssm');

    const diff = await app.coffer(['diff', 'app.yml', '--exit-code'], { env: NO_VARIABLE });
    expect(diff.code, diff.stderr).toBe(3);
    expect(diff.stdout.toString()).toContain(`key: "alias/aws/ssm" → "${aws.kmskey}"`);
    await app.succeed(['sync', 'app.yml', '--yes'], { env: NO_VARIABLE });
    const metadata = await stored.metadata(app.prefix);
    for (const name of ['token', 'db/password']) {
      expect(metadata.get(name)?.KeyId).toBe(aws.kmskey);
    }
    expect(await stored.values(app.prefix)).toEqual(IN_STEP);
    await app.succeed(['diff', 'app.yml', '--exit-code'], { env: NO_VARIABLE });
  });
});
