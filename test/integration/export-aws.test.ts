import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);
const TOKEN = createCanary();
const BINARY = randomBytes(9000);
const KEY = { Type: 'SecureString', KeyId: aws.kmskey } as const;

/** Matches AWS, except for a second version of the token and somebody else's parameter. */
async function createSynced(): Promise<Scene> {
  const scene = await createScene(
    aws,
    `${secret('token', TOKEN)}  - {name: tls/keystore.p12, type: SecureString, file: binary}
  - {name: open, type: String, value: "it's open"}
`,
    { files: { binary: BINARY } },
  );
  await scene.succeed(['encrypt', 'app.yml']);
  await scene.succeed(['sync', 'app.yml', '--yes']);
  await stored.put(`${scene.prefix}token`, 'second', KEY);
  await stored.put(`${scene.prefix}foreign`, "somebody else's");
  return scene;
}

const FROM_AWS = ['--from', 'aws'];

describe('export --from aws', () => {
  test('prints what AWS holds, not what the manifest holds', async () => {
    const scene = await createSynced();
    const { stdout, stderr } = await scene.succeed(['export', 'app.yml', ...FROM_AWS]);
    expect(stdout.toString()).toBe("export TOKEN='second'\nexport OPEN='it'\\''s open'\n");
    expect(stderr).toContain('tls/keystore.p12 is left out: it is binary');
    const own = await scene.succeed(['export', 'app.yml', '--only', 'token']);
    expect(own.stdout.toString()).toBe(`export TOKEN='${TOKEN}'\n`);
  });

  test('prints everything under a path, sorted by name', async () => {
    const scene = await createSynced();
    const { stdout } = await scene.succeed(['export', scene.prefix, ...FROM_AWS]);
    const lines = stdout.toString().split('\n');
    expect(lines.map((line) => line.split('=')[0])).toEqual([
      'export FOREIGN',
      'export OPEN',
      'export TOKEN',
      '',
    ]);
  });

  test('accepts --only with either name, and with a version or a label', async () => {
    const scene = await createSynced();
    const { prefix } = scene;
    for (const [only, line] of [
      ['token', "export TOKEN='second'\n"],
      [`${prefix}token`, "export TOKEN='second'\n"],
      ['token@1', `export TOKEN='${TOKEN}'\n`],
      [`${prefix}token@1`, `export TOKEN='${TOKEN}'\n`],
    ] as const) {
      for (const place of ['app.yml', prefix]) {
        const { stdout } = await scene.succeed(['export', place, ...FROM_AWS, '--only', only]);
        expect(stdout.toString() === line, `${place} ${only}`).toBe(true);
      }
    }
  });

  test('names what is missing in AWS, and prints nothing', async () => {
    const scene = await createSynced();
    await stored.remove(`${scene.prefix}open`);
    const { code, stdout, stderr } = await scene.coffer(['export', 'app.yml', ...FROM_AWS]);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`${scene.prefix}open is not in AWS`);
    expect(stderr).toContain('coffer sync');
  });

  test.each([
    ['a missing version', ['app.yml', ...FROM_AWS, '--only', 'token@9'], 1, 'token'],
    ['an unknown name', ['app.yml', ...FROM_AWS, '--only', 'tokem'], 2, 'did you mean token?'],
    [
      'a missing name',
      ['<prefix>', ...FROM_AWS, '--only', 'no'],
      1,
      `<prefix>no is not in ${REGION}`,
    ],
    [
      'a name elsewhere',
      ['<prefix>', ...FROM_AWS, '--only', '/x/y'],
      2,
      'parameter not found: /x/y',
    ],
    ['a version of a manifest', ['app.yml', '--only', 'token@1'], 2, '--from aws'],
    ['an unknown source', ['app.yml', '--from', 'gcp'], 2, 'manifest or aws'],
    ['a path that holds nothing', ['/nothing/there/', ...FROM_AWS], 1, '/nothing/there/'],
    ['a path without --from aws', ['<prefix>'], 2, '--from aws'],
    ['a path without its slash', ['<path>', ...FROM_AWS], 2, '<prefix>'],
  ])('refuses %s', async (_, args, status, message) => {
    const scene = await createSynced();
    const fill = (text: string) =>
      text.replace('<prefix>', scene.prefix).replace('<path>', scene.prefix.slice(0, -1));
    const { code, stdout, stderr } = await scene.coffer(['export', ...args.map(fill)]);
    expect(code, stderr).toBe(status);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(fill(message));
    expect(stderr).not.toMatch(/^\s+at /m);
    expectHidden(TOKEN, { stderr });
  });
});

describe('export --out-dir', () => {
  test('writes a file for each value, in folders, readable only by the owner', async () => {
    const scene = await createSynced();
    const args = ['export', scene.prefix, ...FROM_AWS, '--out-dir', 'dump'];
    const { stdout, stderr } = await scene.succeed(args);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('4 values written to dump');
    const files = (await scene.files()).filter((file) => file.startsWith('dump/'));
    const names = ['foreign', 'open', 'tls/keystore.p12', 'token'];
    expect(files).toEqual(names.map((name) => `dump/${name}`));
    for (const file of files) expect((await stat(scene.path(file))).mode & 0o777).toBe(0o600);
    for (const folder of ['dump', 'dump/tls']) {
      expect((await stat(scene.path(folder))).mode & 0o777).toBe(0o700);
    }
    expect(await scene.text('dump/token')).toBe('second');
    expect((await scene.read('dump/tls/keystore.p12')).equals(BINARY)).toBe(true);
    // Again, over existing files.
    await scene.succeed([...args, '--only', 'token@1']);
    expect((await scene.text('dump/token')) === TOKEN).toBe(true);
  });

  test('does the same for a manifest', async () => {
    const scene = await createSynced();
    await scene.succeed(['export', 'app.yml', '--out-dir', './dump/']);
    expect((await scene.text('dump/token')) === TOKEN).toBe(true);
  });

  test.each(['../x', 'a/../../x', '..', 'a/./b', '.'])(
    'refuses %s, and writes nothing outside or inside',
    async (name) => {
      const scene = await createScene(aws, secret('a', TOKEN) + secret(name, TOKEN));
      await scene.succeed(['encrypt', 'app.yml']);
      const args = ['export', 'app.yml', '--out-dir', 'inner/dump'];
      const { code, stderr } = await scene.coffer(args);
      expect(code, stderr).toBe(2);
      expect(stderr).toContain(`${name} cannot be a file`);
      expect(await scene.files()).toEqual(['app.yml']);
    },
  );

  test('refuses a value that would be a file and a folder, and writes nothing', async () => {
    const scene = await createScene(aws, secret('a', TOKEN) + secret('a/b/c', TOKEN));
    await scene.succeed(['encrypt', 'app.yml']);
    const { code, stderr } = await scene.coffer(['export', 'app.yml', '--out-dir', './dump']);
    expect(code).toBe(2);
    expect(stderr).toContain('a cannot be both a file and the folder of a/b/c');
    expect(await scene.files()).toEqual(['app.yml']);
  });

  test('refuses two values for one file, and writes nothing', async () => {
    const scene = await createScene(aws, secret('a', TOKEN));
    const text = await scene.text('app.yml');
    await scene.write('other.yml', text.replace(/path: (.*)\//, 'path: $1/other/'));
    await scene.succeed(['encrypt', 'app.yml', 'other.yml']);
    const args = ['export', 'app.yml', 'other.yml', '--out-dir', 'dump'];
    const { code, stderr } = await scene.coffer(args);
    expect(code).toBe(2);
    expect(stderr).toContain('dump/a');
    expect(await scene.files()).toEqual(['app.yml', 'other.yml']);
  });
});

test('finds a parameter in the region of --region or of the manifest', async () => {
  const scene = await createScene(aws, '  - {name: x, type: String, value: here}\n');
  const far = storedIn(aws, 'eu-west-1');
  await far.put(`${scene.prefix}x`, 'far');
  await stored.put(`${scene.prefix}x`, 'here');
  const of = async (...args: string[]) =>
    (await scene.succeed(['export', ...FROM_AWS, ...args])).stdout.toString();
  expect(await of('app.yml')).toBe("export X='here'\n");
  expect(await of('app.yml', '--region', 'eu-west-1')).toBe("export X='far'\n");
  expect(await of(scene.prefix, '-r', 'eu-west-1')).toBe("export X='far'\n");
  expect(await of(scene.prefix, '-r', REGION)).toBe("export X='here'\n");
});
