import { randomBytes } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createEstate } from '../support/estate.ts';
import { useCoffer } from '../support/library.ts';
import { createPutScene, KIB, type PutScene } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const coffer = await useCoffer(aws);
const CANARY = createCanary();

async function written(scene: PutScene): Promise<Record<string, Buffer>> {
  const files = await scene.files();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await scene.read(file)] as const)),
  );
}

async function opened(scene: PutScene, file: string): Promise<Map<string, Buffer>> {
  return coffer.open(scene.path(file));
}

test(
  'imports 300 parameters of every kind without any difference',
  { timeout: 240_000 },
  async () => {
    const scene = await createPutScene(aws);
    const { values } = await createEstate(stored, scene.prefix, {
      count: 296,
      kmskey: aws.kmskey,
      canary: CANARY,
    });
    const binary = (size: number) => Buffer.concat([Buffer.from(CANARY), randomBytes(size)]);
    const blobs = new Map([
      ['blobs/small', binary(100)],
      ['blobs/middle', binary(60 * KIB)],
      ['blobs/large', binary(70 * KIB)],
      ['blobs/larger.tar', binary(900 * KIB)],
    ]);
    for (const [name, bytes] of blobs) {
      await scene.put(name, bytes, name.endsWith('.tar') ? ['-e', '.tar.gz'] : []);
      await stored.tag(scene.prefix + name, { cost_center: 'team17', 'with blanks': 'a: b' });
    }

    await mkdir(scene.path('tmp'));
    const env = { TMPDIR: scene.path('tmp') };
    const { stdout, stderr } = await scene.succeed(
      ['import', scene.prefix, '-o', 'new.yml', '--debug'],
      { env },
    );
    expect(stderr).toContain('300 parameters imported');
    expect(stdout).toHaveLength(0);
    expectHidden(CANARY, { stdout, stderr, ...(await written(scene)) });
    expect(await readdir(scene.path('tmp'))).toEqual([]);
    const files = await scene.files();
    expect(files.filter((file) => file.startsWith('new.blobs/'))).toHaveLength(3);
    expect((await stat(scene.path('new.yml'))).mode & 0o777).toBe(0o600);

    const diff = await scene.coffer(['diff', 'new.yml', '--exit-code', '--prune-tags']);
    expect(diff.stdout.toString()).toContain('no difference');
    expect(diff.code).toBe(0);

    const secrets = await opened(scene, 'new.yml');
    const expected = new Map([
      ...blobs,
      ...[...values].map(([name, value]) => [name, Buffer.from(value)] as const),
    ]);
    expect([...secrets.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [name, value] of expected) {
      // Do not quote the values: a failing test must not print secrets either.
      expect(secrets.get(name)?.equals(value), name).toBe(true);
    }
  },
);

/** A secret, a list, and a blob too large for the manifest itself. */
async function createSome(): Promise<PutScene> {
  const scene = await createPutScene(aws);
  await stored.put(`${scene.prefix}token`, CANARY, { Type: 'SecureString', KeyId: aws.kmskey });
  await stored.put(`${scene.prefix}hosts`, 'a,b', { Type: 'StringList' });
  await scene.put('blob', Buffer.from(CANARY.repeat(4 * KIB)));
  return scene;
}

describe('import', () => {
  test('prints to stdout, and writes large blobs beside the future manifest', async () => {
    const scene = await createSome();
    const { stdout, stderr } = await scene.succeed(['import', scene.prefix]);
    expectHidden(CANARY, { stdout, stderr, ...(await written(scene)) });
    const name = scene.prefix.slice(1, -1);
    expect(stderr).toContain(`${name}.blobs/`);
    await scene.write(`${name}.yml`, stdout);
    const diff = await scene.succeed(['diff', `${name}.yml`, '--exit-code']);
    expect(diff.stdout.toString()).toContain('no difference');
    const secrets = await opened(scene, `${name}.yml`);
    expect(secrets.get('token')?.toString() === CANARY).toBe(true);
  });

  test('accepts a path without its trailing slash', async () => {
    const scene = await createSome();
    await scene.succeed(['import', scene.prefix.slice(0, -1), '-o', 'new.yml']);
    expect(await scene.text('new.yml')).toContain(`path: ${scene.prefix}\n`);
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
  });

  test('ignores parameters beside the path, and one named like the path', async () => {
    const scene = await createSome();
    await stored.put(scene.prefix.slice(0, -1), 'as the path');
    await stored.put(`${scene.prefix.slice(0, -1)}x/y`, 'beside it');
    const { stderr } = await scene.succeed(['import', scene.prefix, '-o', 'new.yml']);
    expect(stderr).toContain('3 parameters imported');
  });

  test('takes everything in a region for the path /', async () => {
    // A separate region, because other tests' parameters may be in the same AWS.
    const region = 'ap-northeast-3';
    const there = storedIn(aws, region);
    const key = await aws.createKey(undefined, region);
    const names = [aws.unique('top'), `${aws.unique('deep')}/a/b`];
    await there.put(`/${names[0]}`, CANARY, { Type: 'SecureString', KeyId: key });
    await there.put(`/${names[1]}`, 'open');
    const scene = await createPutScene(aws);
    const env = { COFFER_KEY_REGION: REGION };
    const args = ['import', '/', '--region', region, '-o', 'root.yml'];
    await scene.succeed(args, { env });
    const text = await scene.text('root.yml');
    expectHidden(CANARY, { text });
    expect(text).toContain(`path: /\nregion: ${region}\nkmskey: ${key}\n`);
    for (const name of names) expect(text).toContain(`- name: ${name}\n`);
    await scene.succeed(['diff', 'root.yml', '--exit-code']);
  });

  test('needs no key if there are no secrets', async () => {
    const scene = await createPutScene(aws);
    await stored.put(`${scene.prefix}a`, 'null');
    const alias = `alias/${aws.unique('unused')}`;
    await scene.succeed(['import', scene.prefix, '-o', 'new.yml'], {
      env: { COFFER_KEY_ALIAS: alias },
    });
    const text = await scene.text('new.yml');
    expect(text).toContain('value: "null"');
    expect(text).not.toContain('encrypted_with');
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
  });
});

describe('the file key', () => {
  test('is created if it is missing, and import says so', async () => {
    const scene = await createSome();
    const alias = `alias/${aws.unique('fresh')}`;
    const env = { COFFER_KEY_ALIAS: alias };
    const refused = await scene.coffer(
      ['import', scene.prefix, '-o', 'new.yml', '--no-create-key'],
      { env },
    );
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--no-create-key');
    expect(await scene.files()).toEqual(['app.yml']);
    const { stderr } = await scene.succeed(['import', scene.prefix, '-o', 'new.yml'], { env });
    expect(stderr).toMatch(new RegExp(`created the KMS key arn:\\S+ as ${alias} in ${REGION}`));
  });

  test('can be in another region than the parameters', async () => {
    const scene = await createSome();
    const alias = `alias/${aws.unique('far')}`;
    const arn = await aws.createKey(alias, 'eu-west-1');
    const env = { COFFER_KEY_ALIAS: alias, COFFER_KEY_REGION: 'eu-west-1' };
    await scene.succeed(['import', scene.prefix, '-o', 'new.yml'], { env });
    const text = await scene.text('new.yml');
    expect(text).toContain(`region: ${REGION}\n`);
    expect(text).toContain(`encrypted_with: ${arn}\n`);
    await scene.succeed(['diff', 'new.yml', '--exit-code']);
    const secrets = await opened(scene, 'new.yml');
    expect(secrets.get('blob')?.equals(Buffer.from(CANARY.repeat(4 * KIB)))).toBe(true);
    expect(secrets.get('token')?.toString() === CANARY).toBe(true);
  });
});

/** Proves that a call fails with `code` and does not change the folder; returns its message. */
async function expectRefused(scene: PutScene, args: readonly string[], code: number) {
  const before = await written(scene);
  const outcome = await scene.coffer(['import', ...args]);
  expect(outcome.code, outcome.stderr).toBe(code);
  expect(outcome.stdout).toHaveLength(0);
  expect(outcome.stderr).toMatch(/^(?:coffer|\S+:\d+:\d+): error: /);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  expectHidden(CANARY, { stderr: outcome.stderr });
  expect(await written(scene)).toEqual(before);
  return outcome.stderr;
}

describe('import refuses', () => {
  test('to overwrite a file, and suggests --merge', async () => {
    const scene = await createSome();
    const stderr = await expectRefused(scene, [scene.prefix, '-o', 'app.yml'], 2);
    expect(stderr).toContain('app.yml already exists');
    expect(stderr).toContain('--merge app.yml');
  });

  test('a path without parameters', async () => {
    const scene = await createPutScene(aws);
    const stderr = await expectRefused(scene, [scene.prefix, '-o', 'new.yml'], 1);
    expect(stderr).toContain(`no parameters under ${scene.prefix} in ${REGION}`);
  });

  test.each([['apps/x/'], ['app.yml']])('%j, which is not a path', async (path) => {
    const scene = await createPutScene(aws);
    expect(await expectRefused(scene, [path, '-o', 'new.yml'], 2)).toContain('not a path in SSM');
  });

  test('a value that looks like ciphertext, and leaves nothing of the others behind', async () => {
    const scene = await createSome();
    await stored.put(`${scene.prefix}odd`, 'ENC[v1,00000000,AAAA]');
    const stderr = await expectRefused(scene, [scene.prefix, '-o', 'new.yml'], 2);
    expect(stderr).toContain('"odd"');
    expect(stderr).toContain('ENC[');
  });

  // AWS does not allow such a name, and neither does the sandbox.
  test.runIf(process.env['COFFER_TEST_AWS'] === 'moto')(
    'a name that a manifest cannot have, and leaves nothing of the others behind',
    async () => {
      const scene = await createSome();
      await stored.put(`${scene.prefix}two words`, 'x');
      const stderr = await expectRefused(scene, [scene.prefix, '-o', 'new.yml'], 2);
      expect(stderr).toContain('its name contains a character that SSM does not allow');
    },
  );

  test('a pointer to nothing, and leaves nothing of the others behind', async () => {
    const scene = await createSome();
    const { key, url } = await scene.put('gone', 'soon gone');
    await stored.removeObject(key);
    const stderr = await expectRefused(scene, [scene.prefix, '-o', 'new.yml'], 1);
    expect(stderr).toContain(`${scene.prefix}gone points to ${url}`);
  });

  test('a folder that does not exist', async () => {
    const scene = await createSome();
    const stderr = await expectRefused(scene, [scene.prefix, '-o', 'no/new.yml'], 2);
    expect(stderr).toContain('cannot write no/new.yml: file or folder not found');
  });
});
