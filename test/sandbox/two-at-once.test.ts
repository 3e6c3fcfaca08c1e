import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { thisProcess } from '../../src/files/this-process.ts';
import { useAws } from '../support/aws.ts';
import type { Outcome } from '../support/cli.ts';
import { byLength } from '../support/length.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';

const aws = await useAws();
await aws.createKey(aws.fileKeyAlias);
await aws.createKey('alias/coffer');

const ROUNDS = byLength(1, 10);
const OLD = randomBytes(70_000);
const NEW = randomBytes(70_000);

/** A manifest with a value, one in a blob, and one that is generated. */
async function createSealed(): Promise<Scene> {
  const app = await createScene(
    aws,
    `${secret('small', 'x')}  - {name: big, type: SecureString, file: old.bin}
  - {name: made, type: SecureString, generate: {length: 20}}\n`,
    { files: { 'old.bin': OLD, 'new.bin': NEW } },
  );
  await app.succeed(['encrypt', 'app.yml']);
  return app;
}

type Call = readonly [args: string, stdin?: string];

/** Runs calls at once; all must succeed. */
async function atOnce(app: Scene, calls: readonly Call[]): Promise<Outcome[]> {
  return Promise.all(
    calls.map(async ([args, stdin]) => {
      const outcome = await app.start(args.split(' '), stdin === undefined ? {} : { stdin });
      expect(outcome.code, `coffer ${args}: ${outcome.stderr}`).toBe(0);
      return outcome;
    }),
  );
}

/** Every manifest has its blobs, and there is no other file. */
async function expectWhole(app: Scene, manifests: readonly string[]): Promise<void> {
  const texts = await Promise.all(manifests.map((name) => app.text(name)));
  const named = texts.flatMap((text) => text.match(/[\w.-]+\.blobs\/[\w.-]+\.enc/g) ?? []);
  const expected = [...new Set([...named, ...manifests, 'new.bin', 'old.bin'])];
  expect(await app.files()).toEqual(expected.toSorted());
}

async function valueIn(app: Scene, name: string, parameter: string): Promise<Buffer> {
  return (await app.succeed(['decrypt', name, '--value', parameter])).stdout;
}

const LARGE: Call = ['set app.yml big --from-file new.bin'];

describe('loses no concurrent change:', () => {
  test('two values, one of them large', async () => {
    const app = await createSealed();
    for (let round = 0; round < ROUNDS; round += 1) {
      await atOnce(app, [LARGE, ['set app.yml small', `b${round}`]]);
      expect((await valueIn(app, 'app.yml', 'big')).equals(NEW)).toBe(true);
      expect(String(await valueIn(app, 'app.yml', 'small'))).toBe(`b${round}`);
    }
    await expectWhole(app, ['app.yml']);
  }, 120_000);

  test('six new values', async () => {
    const app = await createSealed();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await atOnce(
      app,
      names.map((name) => [`set app.yml ${name}`, `value of ${name}`] as const),
    );
    const { stdout } = await app.succeed(['export', 'app.yml', '--format', 'json', '--no-blobs']);
    expect(JSON.parse(String(stdout))).toMatchObject(
      Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
    );
    await expectWhole(app, ['app.yml']);
  }, 120_000);

  test('every command that writes', async () => {
    const app = await createSealed();
    for (let round = 0; round < byLength(1, 5); round += 1) {
      const made = String(await valueIn(app, 'app.yml', 'made'));
      await app.write('app.yml', (await app.text('app.yml')) + secret(`typed${round}`, 'typed'));
      await atOnce(app, [
        LARGE,
        [`set app.yml new${round}`, 'new'],
        ['rotate app.yml made'],
        [`unset app.yml ${round === 0 ? 'small' : `new${round - 1}`}`],
        ['refresh app.yml --new-data-keys'],
        ['encrypt app.yml'],
      ]);
      expect((await valueIn(app, 'app.yml', 'big')).equals(NEW)).toBe(true);
      expect(String(await valueIn(app, 'app.yml', `new${round}`))).toBe('new');
      expect(String(await valueIn(app, 'app.yml', `typed${round}`))).toBe('typed');
      expect(String(await valueIn(app, 'app.yml', 'made'))).not.toBe(made);
      expect(await app.text('app.yml')).not.toMatch(/name: small|value: "?typed/);
    }
    await expectWhole(app, ['app.yml']);
  }, 120_000);

  test('a manifest, its copy, and one of the same stem', async () => {
    const app = await createSealed();
    for (let round = 0; round < byLength(1, 5); round += 1) {
      const text = await app.text('app.yml');
      await app.write('copy.yml', text);
      await app.write('app.yaml', text);
      await atOnce(app, [
        LARGE,
        ['set copy.yml big --from-file new.bin'],
        ['set app.yaml big --from-file new.bin'],
        ['rotate app.yaml made'],
      ]);
      for (const name of ['app.yml', 'copy.yml', 'app.yaml']) {
        expect((await valueIn(app, name, 'big')).equals(NEW)).toBe(true);
      }
    }
    expect((await app.files()).filter((file) => file.startsWith('.'))).toEqual([]);
  }, 120_000);

  test('all take over from a killed holder, one after the other', async () => {
    const app = await createSealed();
    const pid = spawnSync('true').pid;
    const holder = { ...thisProcess(), pid, token: '0123456789ab' };
    await app.write('.app.coffer/lock', `${JSON.stringify(holder)}\n`);
    await atOnce(app, [LARGE, ['set app.yml small', 'one'], ['set app.yml more', 'two']]);
    expect((await valueIn(app, 'app.yml', 'big')).equals(NEW)).toBe(true);
    expect(String(await valueIn(app, 'app.yml', 'small'))).toBe('one');
    expect(String(await valueIn(app, 'app.yml', 'more'))).toBe('two');
    await expectWhole(app, ['app.yml']);
  }, 60_000);
});

test('a waiter names the process that it waits for, and fails if it takes too long', async () => {
  const app = await createSealed();
  const before = await app.text('app.yml');
  await app.write(
    '.app.coffer/lock',
    `${JSON.stringify({ ...thisProcess(), token: '0123456789ab' })}\n`,
  );
  const calls: Call[] = [
    ['encrypt app.yml'],
    ['set app.yml small', 'y'],
    ['unset app.yml small'],
    ['rotate app.yml --all'],
    ['refresh app.yml'],
    [`import ${app.prefix} --merge app.yml`],
    ['import /none/ -o app.yaml'],
  ];
  for (const [args, stdin] of calls) {
    const { code, stderr } = await app.coffer([...args.split(' '), '--lock-timeout', '0'], {
      stdin: stdin ?? '',
    });
    expect(stderr, args).toMatch(
      new RegExp(
        `^coffer: error: app.ya?ml: process ${process.pid} on ${hostname()} is still writing it after 0 s\n {2}hint: .*--lock-timeout`,
      ),
    );
    expect(code, args).toBe(1);
  }
  const { stderr } = await app.coffer(['unset', 'app.yml', 'small', '--lock-timeout', '1']);
  expect(stderr).toMatch(
    /^app\.yml: waiting for process \d+ on \S+, which is writing it\ncoffer: error/,
  );
  expect(await app.text('app.yml')).toBe(before);
}, 60_000);

test('concurrent first encrypts end with one usable file key', async () => {
  const env = { COFFER_KEY_ALIAS: `alias/${aws.unique('first')}` };
  const apps = await Promise.all([1, 2, 3].map(() => createScene(aws, secret('a', 'one'))));
  // The scenes have different home folders, so they cannot take turns.
  const outcomes = await Promise.all(apps.map((app) => app.start(['encrypt', 'app.yml'], { env })));
  expect(outcomes).toMatchObject(apps.map(() => ({ code: 0 })));
  const texts = await Promise.all(apps.map((app) => app.text('app.yml')));
  const keys = texts.map((text) => /^encrypted_with: (.*)$/m.exec(text)?.[1]);
  expect(new Set(keys).size).toBe(1);
  expect(await apps[0]?.value('a')).toBe('one');
});
