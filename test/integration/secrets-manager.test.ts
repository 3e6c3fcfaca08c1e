import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { run } from '../support/cli.ts';
import { expectReport } from '../support/reports.ts';
import { plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';

const aws = await useAws();
const stored = secretsIn(aws);

const PASSWORD = createCanary();
const BOTH = plain('username', 'app') + secret('password', PASSWORD);

async function createSynced(
  ...args: Parameters<typeof createSecretScene> extends [unknown, ...infer Rest] ? Rest : never
) {
  const app = await createSecretScene(aws, ...args);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  return app;
}

const AUTHOR = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
const OWN_VERSION = /^[0-9a-f]{64}$/;

describe('one secret for all values', () => {
  test('sync writes them as JSON, under a version that git names', async () => {
    const app = await createSecretScene(aws, BOTH, {
      header: 'description: Of superman.\ntags: {team: t17}\n',
    });
    await app.succeed(['encrypt', 'app.yml']);
    const first = await app.succeed(['sync', 'app.yml', '--yes', '--json']);
    const { done, versions } = JSON.parse(first.stdout.toString()) as {
      done: string[];
      versions: Record<string, string>;
    };
    expect(done).toEqual([app.secret]);
    expect(await stored.value(app.secret)).toBe(
      JSON.stringify({ password: PASSWORD, username: 'app' }),
    );
    expect(await stored.describe(app.secret)).toMatchObject({
      Name: app.secret,
      Description: 'Of superman.',
      KmsKeyId: aws.kmskey,
      Tags: [{ Key: 'team', Value: 't17' }],
      VersionIdsToStages: { [versions[app.secret] ?? '']: ['AWSCURRENT'] },
    });
    expect(versions[app.secret]).toMatch(OWN_VERSION);
    const second = await app.succeed(['diff', 'app.yml', '--exit-code']);
    expect(second.stdout.toString()).toContain('no differences');
    expectHidden(PASSWORD, { sync: first.stderr, diff: second.stdout });
  });

  test('a value that changes in git is a new version', async () => {
    const app = await createSynced(BOTH);
    const before = await stored.current(app.secret);
    await app.succeed(['set', 'app.yml', 'password'], { stdin: 'another' });
    const diff = await app.coffer(['diff', 'app.yml', '--exit-code']);
    expect(diff.code).toBe(3);
    expect(diff.stdout.toString()).toContain(before);
    await app.succeed(['sync', 'app.yml', '--yes', '--only', 'password']);
    expect(await stored.value(app.secret)).toBe('{"password":"another","username":"app"}');
    expect(await stored.value(app.secret, before)).toContain(PASSWORD);
  });

  test('an older commit makes its version current again, though it has no label any more', async () => {
    const app = await createSynced(plain('a', '1'));
    const texts = [];
    const versions = [];
    for (const value of ['1', '2', '3', '4']) {
      const text = (await app.text('app.yml')).replace(/value: .*}/, `value: "${value}"}`);
      await app.write('app.yml', text);
      await app.succeed(['sync', 'app.yml', '--yes']);
      texts.push(text);
      versions.push(await stored.current(app.secret));
    }
    expect(new Set(versions).size).toBe(4);
    await app.write('app.yml', texts[0] ?? '');
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await stored.current(app.secret)).toBe(versions[0]);
    expect(await stored.value(app.secret)).toBe('{"a":"1"}');
    const { stdout } = await app.succeed(['diff', 'app.yml', '--exit-code']);
    expect(stdout.toString()).toContain('no differences');
  });

  test('a version of somebody else is shown as changed outside, and replaced', async () => {
    const app = await createSynced(BOTH);
    await stored.put(app.secret, '{"by":"hand"}');
    const diff = await app.coffer(['diff', 'app.yml', '--exit-code']);
    expect(diff.code).toBe(3);
    expect(diff.stdout.toString()).toContain('(changed outside)');
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await stored.value(app.secret)).toContain(PASSWORD);
  });

  test('description, tags and key change without a new version', async () => {
    const app = await createSynced(BOTH, { header: 'description: Old.\ntags: {a: b}\n' });
    const version = await stored.current(app.secret);
    const text = await app.text('app.yml');
    await app.write(
      'app.yml',
      text.replace('Old.', 'New.').replace('tags: {a: b}', 'tags: {c: d}'),
    );
    await app.succeed(['sync', 'app.yml', '--yes', '--prune-tags']);
    expect(await stored.current(app.secret)).toBe(version);
    expect(await stored.describe(app.secret)).toMatchObject({
      Description: 'New.',
      Tags: [{ Key: 'c', Value: 'd' }],
    });
  });

  test('save writes it, new or not', async () => {
    const app = await createSecretScene(aws, BOTH);
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    const version = await stored.current(app.secret);
    expect(version).toMatch(OWN_VERSION);
    await stored.put(app.secret, 'by hand');
    await app.succeed(['save', 'app.yml']);
    expect(await stored.current(app.secret)).toBe(version);
  });

  test('nuke keeps it for a week, and sync restores it', async () => {
    const app = await createSynced(BOTH);
    const nuke = await app.succeed(['nuke', 'app.yml', '--yes']);
    expect(nuke.stderr).toContain('can be restored for 7 days');
    expect((await stored.describe(app.secret)).DeletedDate).toBeDefined();
    const diff = await app.coffer(['diff', 'app.yml', '--exit-code']);
    expect(diff.code).toBe(3);
    expect(diff.stdout.toString()).toContain('deletion');
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect((await stored.describe(app.secret)).DeletedDate).toBeUndefined();
    expect(await stored.value(app.secret)).toContain(PASSWORD);
  });

  test('nuke deletes it for good when asked to, and it can be made again', async () => {
    const app = await createSynced(BOTH);
    const { stdout } = await app.succeed(['nuke', 'app.yml', '--yes', '--force-delete', '--json']);
    expect(JSON.parse(stdout.toString())).toMatchObject({ manifests: [{ deleted: [app.secret] }] });
    await expect(stored.describe(app.secret)).rejects.toThrow(/find/);
    const again = await app.succeed(['nuke', 'app.yml', '--yes', '--json']);
    expect(JSON.parse(again.stdout.toString())).toMatchObject({
      manifests: [{ missing: [app.secret] }],
    });
  });
});

describe('a secret for each parameter', () => {
  test('text and bytes, each with its description and tags', async () => {
    const bytes = Buffer.from([0, 255, 254, 1]);
    const parameters = `${secret('token', PASSWORD)}  - {name: tls/key, type: SecureString, file: key.bin, description: A key., tags: {a: b}}\n`;
    const app = await createSynced(parameters, { isOne: false, files: { 'key.bin': bytes } });
    const [token, key] = ['token', 'tls/key'].map((name) => app.prefix.slice(1) + name);
    expect(await stored.value(token ?? '')).toBe(PASSWORD);
    expect(Buffer.from((await stored.value(key ?? '')) as Uint8Array)).toEqual(bytes);
    expect(await stored.describe(key ?? '')).toMatchObject({
      Description: 'A key.',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect((await app.succeed(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  });

  test('prune deletes what is under the path and in no manifest', async () => {
    const app = await createSynced(plain('a', '1') + plain('b', '2'), { isOne: false });
    const without = (await app.text('app.yml')).replace(/.*name: b,.*\n/, '');
    await app.write('app.yml', without);
    const { stderr } = await app.succeed(['sync', 'app.yml', '--prune', '--yes']);
    expect(stderr).toContain('can be restored for 7 days');
    expect((await stored.describe(`${app.prefix.slice(1)}b`)).DeletedDate).toBeDefined();
    expect((await stored.describe(`${app.prefix.slice(1)}a`)).DeletedDate).toBeUndefined();
  });
});

describe('limits, before anything is written', () => {
  test('bytes in JSON', async () => {
    const app = await createSecretScene(aws, '  - {name: k, type: SecureString, file: k}\n', {
      files: { k: Buffer.from([255, 0]) },
    });
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('holds texts')]);
    await app.write(
      'app.yml',
      (await app.text('app.yml')).replace('file:', 'encoding: base64, file:'),
    );
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await stored.value(app.secret)).toBe('{"k":"/wA="}');
  });

  test('more than 64 KiB, of one value or all together', async () => {
    const one = await createSecretScene(aws, secret('long', 'x'.repeat(65_537)), { isOne: false });
    const { stderr } = await one.coffer(['encrypt', 'app.yml']);
    expect(stderr).toContain('its 65537 bytes exceed the 65536 of Secrets Manager');
    const both = await createSecretScene(
      aws,
      secret('a', 'x'.repeat(40_000)) + secret('b', 'x'.repeat(40_000)),
    );
    const { stderr: together } = await both.coffer(['encrypt', 'app.yml']);
    expect(together).toContain('the values together exceed the 65536 bytes of a secret');
  });

  test('a secret in plaintext, even if plaintext is allowed: its version would tell it', async () => {
    const app = await createSecretScene(aws, BOTH);
    const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes', '--allow-plaintext']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is a secret but not encrypted')]);
  });
});

test('copies in other regions are made, and removed before their secret', async () => {
  await aws.createKey(aws.kmskey, 'eu-west-1');
  const app = await createSynced(BOTH, { header: 'replicas: [eu-west-1]\n' });
  const { ReplicationStatus } = await stored.describe(app.secret);
  expect(ReplicationStatus?.map(({ Region }) => Region)).toEqual(['eu-west-1']);
  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace('replicas: [eu-west-1]\n', ''));
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect((await stored.describe(app.secret)).ReplicationStatus ?? []).toEqual([]);
  await app.write('app.yml', text);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.succeed(['nuke', 'app.yml', '--yes']);
  expect((await stored.describe(app.secret)).DeletedDate).toBeDefined();
});

test('values open in another store, and not under another secret', async () => {
  const app = await createSecretScene(aws, BOTH, { isOne: false });
  const there = await app.text('app.yml');
  await app.write('app.yml', there.replace('store: secretsmanager\n', ''));
  await app.succeed(['encrypt', 'app.yml']);
  const sealed = await app.text('app.yml');
  await app.write('app.yml', sealed.replace('region:', 'store: secretsmanager\nregion:'));
  await app.succeed(['sync', 'app.yml', '--yes']);
  const name = `${app.prefix.slice(1)}password`;
  expect(await stored.value(name)).toBe(PASSWORD);
  const one = `store: secretsmanager\nsecret: ${app.secret}\nregion:`;
  await app.write('app.yml', sealed.replace('region:', one));
  const { code } = await app.coffer(['sync', 'app.yml', '--yes']);
  expect(code).not.toBe(0);
  await expect(stored.value(app.secret)).rejects.toThrow(/find/);
});

async function createCommitted() {
  const app = await createSynced(BOTH + plain('old', '1'));
  const git = (...args: string[]) => run('git', [...AUTHOR, ...args], { cwd: app.folder });
  await git('init', '--quiet');
  await git('add', 'app.yml');
  await git('commit', '--quiet', '-m', 'x');
  await app.succeed(['unset', 'app.yml', 'old']);
  await app.succeed(['set', 'app.yml', 'password'], { stdin: `${PASSWORD}2` });
  await app.succeed(['set', 'app.yml', 'new'], { stdin: PASSWORD });
  return { ...app, git };
}

describe('the plan of one secret', () => {
  const PLAN = ['diff', 'app.yml', '--format'];

  test('names the values that change, if git has the version in AWS', async () => {
    const app = await createCommitted();
    const expected = 'adds new; changes password; removes old';
    const text = (await app.succeed([...PLAN, 'text'])).stdout.toString();
    expect(text).toContain(`JSON of 3 values: ${expected}`);
    // Also when it is a few commits ago.
    for (const value of ['2', '3']) {
      await app.succeed(['set', 'app.yml', 'new'], { stdin: value });
      await app.git('commit', '--quiet', '-a', '-m', value);
    }
    const markdown = (await app.succeed([...PLAN, 'markdown'])).stdout.toString();
    expect(markdown).toContain(`| version: ${expected} |`);
    expectHidden(PASSWORD, { text, markdown });
    const json = (await app.succeed([...PLAN, 'json'])).stdout.toString();
    expect(JSON.parse(json)).toMatchObject({
      manifests: [
        {
          changes: [
            {
              values: {
                names: ['new', 'password', 'username'],
                added: ['new'],
                changed: ['password'],
                removed: ['old'],
              },
            },
          ],
        },
      ],
    });
    expectReport('plan', json);
  });

  test('lists all names if somebody else wrote the version, and for a new secret', async () => {
    const app = await createCommitted();
    await stored.put(app.secret, '{}');
    for (const format of ['text', 'markdown']) {
      const { stdout } = await app.succeed([...PLAN, format]);
      expect(stdout.toString()).toContain(': new, password, username');
      expect(stdout.toString()).not.toContain('adds');
    }
    const fresh = await createSecretScene(aws, BOTH);
    await fresh.succeed(['encrypt', 'app.yml']);
    for (const format of ['text', 'markdown']) {
      const { stdout } = await fresh.succeed([...PLAN, format]);
      expect(stdout.toString()).toContain('Secret, JSON of 2 values: password, username');
    }
  });
});
