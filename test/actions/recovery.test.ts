import {
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { copy } from '../../src/actions/copy.ts';
import { diff } from '../../src/actions/diff.ts';
import { edit } from '../../src/actions/edit.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { exportSecrets } from '../../src/actions/export.ts';
import { importPath } from '../../src/actions/import.ts';
import { move } from '../../src/actions/move.ts';
import { recovery } from '../../src/actions/recovery.ts';
import { refresh } from '../../src/actions/refresh.ts';
import { rotate } from '../../src/actions/rotate.ts';
import { save } from '../../src/actions/save.ts';
import { set } from '../../src/actions/set.ts';
import { sync } from '../../src/actions/sync.ts';
import { textconv } from '../../src/actions/textconv.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { encryptForAge } from '../../src/crypto/age.ts';
import { commitOf } from '../../src/crypto/commit.ts';
import { dataKeyContext } from '../../src/crypto/contexts.ts';
import { DataKeys } from '../../src/crypto/data-keys.ts';
import { recoveryDigest, renderPayload } from '../../src/crypto/recovery.ts';
import { editManifest, readManifest } from '../../src/manifest/index.ts';
import { mergeManifests } from '../../src/manifest/merge/manifest.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import {
  createRecoverable,
  createSafe,
  FAR,
  gapsOf,
  valuesOf,
  withoutRegions,
  type Recoverable,
} from '../support/recovery.ts';
import { createScene, secret } from '../support/scene.ts';
import { kmsOf } from '../support/services.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const OFFLINE = withoutRegions(aws, () => true);
const HERE_DOWN = withoutRegions(aws, (region) => region === REGION);

const BOTH = `${secret('a', 'one')}  - {name: big, type: SecureString, store: s3, value: large}\n`;
const VALUES = { a: 'one', big: 'large' };

const value = () => Promise.resolve(Buffer.from('x'));
/** moto lets disabled keys decrypt. */
const isStrict = process.env['COFFER_TEST_AWS'] === 'sandbox';
// moto finds a key to disable by its id alone.
const idOf = (arn: string) => arn.replace(/.*key\//, '');
const disable = (key: string) => aws.kms.send(new DisableKeyCommand({ KeyId: idOf(key) }));

/** A manifest whose list somebody has changed by hand. */
async function createForged() {
  const scene = await createRecoverable(
    aws,
    `${BOTH}  - {name: r, type: SecureString, generate: {length: 9}}\n`,
  );
  const { app, file } = scene;
  const evil = await createSafe(app, 'evil');
  const manifest = await readManifest(file);
  const list = [...manifest.recovery, evil.recipient];
  await app.write('app.yml', editManifest(manifest, { recovery: list }));
  return { ...scene, evil };
}

/** A manifest, its data key, and a way to forge the wrap for its age recipient. */
async function createKnown() {
  const scene = await createRecoverable(aws, secret('a', 'one'));
  const manifest = await readManifest(scene.file);
  const dataKeys = new DataKeys(kmsOf(aws), manifest);
  const [id = ''] = dataKeys.ids;
  const known = await dataKeys.open(id);
  const context = dataKeyContext(manifest.destination);
  const forge = async (payload: string, commit?: string) => {
    const entry = manifest.dataKeys[id];
    if (!entry) throw new Error('no data key');
    const wrap = (await encryptForAge(scene.safe.recipient, payload)).toString('base64');
    const forged = {
      ...entry,
      commit: commit ?? entry.commit,
      recovery: { ...entry.recovery, [scene.safe.recipient]: wrap },
    };
    await scene.app.write('app.yml', editManifest(manifest, { dataKeys: { [id]: forged } }));
    return scene.values({ ...scene.withSafe, aws: OFFLINE });
  };
  return { ...scene, known, context, forge };
}

describe('recovery add', () => {
  test('wraps every data key for all, and leaves values and blobs byte for byte', async () => {
    const { app, tools, said, file } = await createRecoverable(aws, BOTH);
    const ciphertext = async () =>
      (await app.text('app.yml')).match(/ENC\[[^\]]*\]|sha256: "?\w+/g);
    const before = await ciphertext();
    const { recipient } = await createSafe(app, 'second');
    const [report] = await recovery(tools, 'add', [file], [recipient]);
    expect(report).toMatchObject({ changed: true, rewrapped: 2, resealed: 0, gaps: [] });
    expect(report?.recipients).toHaveLength(3);
    expect(said.questions).toEqual([
      `${file}: these will open it without its file key:\n  age  ${recipient}  fingerprint ${report?.recipients[2]?.fingerprint}\nAdd them?`,
    ]);
    expect(await ciphertext()).toEqual(before);
    const { problems, warnings } = await check(app.folder, [file]);
    expect([problems, warnings]).toEqual([[], []]);
    expect(await valuesOf(tools, app)).toEqual(VALUES);
  });

  test('changes nothing without consent, for a known recipient, or for the file key', async () => {
    const { app, tools, file, fileKey, far } = await createRecoverable(aws, BOTH);
    const before = await app.text('app.yml');
    const { recipient } = await createSafe(app, 'second');
    const unasked = { ...tools, host: createTools(aws, { answer: 'no' }).tools.host };
    expect((await failureOf(() => recovery(unasked, 'add', [file], [recipient]))).code).toBe(
      'declined',
    );
    expect((await failureOf(() => recovery(tools, 'add', [file], [fileKey]))).code).toBe('usage');
    expect((await recovery(tools, 'add', [file], [far]))[0]?.changed).toBe(false);
    expect(await app.text('app.yml')).toBe(before);
  });

  test('refuses what is not a recipient, and never quotes an identity', async () => {
    const { app, tools, file, safe } = await createRecoverable(aws, BOTH);
    const identity = (await app.text('safe.txt')).split('\n')[2] ?? '';
    const wrong = `${safe.recipient.slice(0, -1)}${safe.recipient.endsWith('q') ? 'p' : 'q'}`;
    for (const word of ['alias/x', 'ssh-ed25519', 'arn:aws:kms:x', identity, wrong]) {
      const failure = await failureOf(() => recovery(tools, 'add', [file], [word]));
      expect([word, failure.code]).toEqual([word, 'usage']);
      expect(failure.message + failure.hint).not.toContain(identity);
    }
  });
});

describe('drill: opened without the file key', () => {
  type Drill = [string, (scene: Recoverable) => Promise<unknown>, Partial<Tools>];
  const disabled: Drill[] = [
    ['the file key is disabled', ({ fileKey }) => disable(fileKey), {}],
    [
      'the file key is pending deletion',
      ({ fileKey }) => aws.kms.send(new ScheduleKeyDeletionCommand({ KeyId: idOf(fileKey) })),
      {},
    ],
  ];
  const down: Drill = [
    "the file key's region is unreachable",
    () => Promise.resolve(),
    { aws: HERE_DOWN },
  ];
  const outOfUse = isStrict ? [...disabled, down] : [down];

  test.each(outOfUse)('%s: a KMS key of another region opens it', async (_, spoil, changes) => {
    const scene = await createRecoverable(aws, BOTH);
    const { said, far, values, file, tools } = scene;
    await spoil(scene);
    const by = { ...tools, ...changes };
    expect(await values(by)).toEqual(VALUES);
    expect(said.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`recovery opened it, with ${far}`),
    ]);
    const { text } = await exportSecrets(by, [file]);
    expect(text).toContain('one');
    expect((await textconv(by, file, { reveal: true })).toString()).toContain('one');
  });

  test.each(outOfUse)('%s: nothing is sealed under what opened', async (_, spoil, changes) => {
    const scene = await createRecoverable(aws, BOTH);
    const { withSafe, file, app } = scene;
    await spoil(scene);
    const by = { ...withSafe, ...changes };
    const before = await app.text('app.yml');
    const other = before
      .replace(/path: .*/, 'path: /elsewhere/')
      .replace(/(recovery|encrypted_with):[^]*(?=parameters:)/, '');
    await app.write('other.yml', other.replace('name: a', 'name: b').replace(/ENC\[.*\]/, 'x'));
    const refused: [string, () => Promise<unknown>][] = [
      ['set', () => set(by, file, 'a', value)],
      ['refresh', () => refresh(by, [file], { newDataKeys: true })],
      ['move', () => move(by, file, [], { path: '/x/' })],
      ['copy', () => copy(by, file, ['a'], app.path('other.yml'))],
      [
        'edit',
        () =>
          edit(by, file, (text) =>
            Promise.resolve(Buffer.from(text.toString().replace('one', 'two'))),
          ),
      ],
      ['recovery remove', () => recovery(by, 'remove', [file], [scene.far])],
    ];
    for (const [name, work] of refused) {
      const { code } = await failureOf(work);
      expect(['key', 'network'], name).toContain(code);
    }
    expect(await app.text('app.yml')).toBe(before);
  });

  test('no AWS at all: an age identity opens it, and without one the error says so', async () => {
    const { tools, withSafe, values, app } = await createRecoverable(aws, BOTH);
    expect(await values({ ...withSafe, aws: OFFLINE })).toEqual(VALUES);
    const without = await failureOf(() => values({ ...tools, aws: OFFLINE }));
    expect([without.code, without.hint]).toEqual([
      'network',
      expect.stringMatching(/^recovery with arn:.*; its age recipients .* --identity FILE$/),
    ]);
    const { file } = await createSafe(app, 'stranger');
    const stranger = { ...tools, aws: OFFLINE, identityFiles: [file] };
    expect((await failureOf(() => values(stranger))).code).toBe('network');
  });

  test.runIf(isStrict)('a publisher needs --use-recovery', async () => {
    const { tools, said, file, fileKey, app } = await createRecoverable(aws, BOTH);
    await disable(fileKey);
    for (const work of [() => sync(tools, [file]), () => save(tools, [file])]) {
      const failure = await failureOf(work);
      expect([failure.code, failure.problems[0]?.hint]).toEqual([
        'key',
        expect.stringContaining('--use-recovery'),
      ]);
    }
    const [plan] = await diff(tools, [file]);
    expect(plan?.changes).toHaveLength(2);
    const { done } = await sync(tools, [file], { useRecovery: true });
    expect(done).toHaveLength(2);
    expect(said.warnings.at(-1)?.message).toContain('recovery opened it');
    const get = await app.succeed(['get', `${app.prefix}big`]);
    expect(get.stdout.toString()).toBe('large');
    expect((await save(tools, [file], { useRecovery: true })).done).toHaveLength(2);
  });

  test.runIf(isStrict)('whoever seals is told of restore', async () => {
    const { tools, file, fileKey } = await createRecoverable(
      aws,
      `${BOTH}  - {name: r, type: SecureString, generate: {length: 9}}\n`,
    );
    await disable(fileKey);
    const works: readonly (() => Promise<unknown>)[] = [
      () => set(tools, file, 'a', value),
      () => set(tools, file, 'new', value),
      () => rotate(tools, file, ['r']),
      () => move(tools, file, [], { path: '/elsewhere/' }),
      () => refresh(tools, [file], { newDataKeys: true }),
    ];
    for (const work of works) {
      const failure = await failureOf(work);
      expect([work.toString(), failure.hint]).toEqual([
        work.toString(),
        expect.stringContaining(`coffer recovery restore ${file}`),
      ]);
    }
  });

  test('restore brings everything under a new file key, for the same recipients', async () => {
    const { tools, withSafe, file, fileKey, values, app, said } = await createRecoverable(
      aws,
      BOTH,
    );
    await disable(fileKey);
    const stuck = await failureOf(() => recovery(tools, 'restore', [file]));
    expect([stuck.code, stuck.hint]).toEqual(['key', expect.stringContaining('COFFER_KEY_ALIAS')]);
    const before = await app.text('app.yml');
    const alias = `alias/${aws.unique('next')}`;
    const next = await aws.createKey(alias);
    const [report] = await recovery({ ...tools, fileKey: { alias } }, 'restore', [file]);
    expect(report).toMatchObject({ changed: true, resealed: 2, gaps: [] });
    expect(said.questions.at(-1)).toContain('does not prove who encrypted');
    const after = await app.text('app.yml');
    expect(after).toContain(`encrypted_with: ${next}`);
    const old = before.match(/ENC\[[^\]]*\]/g) ?? [];
    for (const text of old) expect(after).not.toContain(text);
    expect(await values()).toEqual(VALUES);
    expect(await values({ ...withSafe, aws: OFFLINE })).toEqual(VALUES);
  });
});

test('drill: a recipient who was removed opens nothing any more, and the secrets are named', async () => {
  const { tools, withSafe, values, file, safe, far, said } = await createRecoverable(aws, BOTH);
  const [report] = await recovery(tools, 'remove', [file], [safe.recipient]);
  expect(report).toMatchObject({ changed: true, resealed: 2, gaps: [], toChange: ['a', 'big'] });
  expect(said.warnings[0]?.message).toContain('a, big');
  expect((await readManifest(file)).recovery).toEqual([far]);
  expect(await values()).toEqual(VALUES);
  expect((await failureOf(() => values({ ...withSafe, aws: OFFLINE }))).code).toBe('network');
  await recovery(tools, 'remove', [file], [far]);
  expect((await readManifest(file)).text).not.toContain('recovery');
  expect(await values()).toEqual(VALUES);
});

describe('drill: a recipient who was added by hand', () => {
  test('opens nothing, and every command says so', async () => {
    const { app, file, tools, evil } = await createForged();
    const before = await app.text('app.yml');
    await app.write(
      'new.yml',
      `path: /n/\nregion: ${REGION}\nkmskey: ${aws.kmskey}\nparameters:\n${secret('n', 'n')}`,
    );
    const calls: [string, () => Promise<unknown>][] = [
      ['decrypt', () => valuesOf(tools, app)],
      ['export', () => exportSecrets(tools, [file])],
      ['diff', () => diff(tools, [file])],
      ['sync', () => sync(tools, [file], { yes: true })],
      ['save', () => save(tools, [file])],
      ['set', () => set(tools, file, 'a', value)],
      ['rotate', () => rotate(tools, file, ['r'])],
      ['edit', () => edit(tools, file, (text) => Promise.resolve(text))],
      ['refresh', () => refresh(tools, [file], { newDataKeys: true })],
      ['move', () => move(tools, file, [], { path: '/x/' })],
      ['copy', () => copy(tools, file, ['a'], app.path('new.yml'))],
      [
        'recovery add',
        () =>
          recovery(
            tools,
            'add',
            [file],
            [`arn:aws:kms:${FAR}:111122223333:key/12345678-1234-1234-1234-123456789012`],
          ),
      ],
      ['recovery remove', () => recovery(tools, 'remove', [file], [evil.recipient])],
      ['recovery restore', () => recovery(tools, 'restore', [file])],
    ];
    for (const [name, work] of calls) {
      const failure = await failureOf(work);
      const said = [failure.message, ...failure.problems.map(({ message }) => message)].join('\n');
      expect([name, failure.code, said]).toEqual([
        name,
        'tampered',
        expect.stringContaining('the list under "recovery" is not the one'),
      ]);
    }
    expect(await app.text('app.yml')).toBe(before);
  });

  test('opens nothing offline either, and check says it without a key', async () => {
    const { app, file, withSafe, evil, values } = await createForged();
    for (const identity of [evil.file, ...(withSafe.identityFiles ?? [])]) {
      const by = { ...withSafe, aws: OFFLINE, identityFiles: [identity] };
      const failure = await failureOf(() => values(by));
      expect(failure.message).toContain('the list under "recovery" is not the one');
    }
    const { problems } = await check(app.folder, [file]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the data key \w+ was made for another recovery list/),
      'big was sealed for another recovery list, and does not open here',
    ]);
  });

  test('gets nothing in the first encrypt of a file that nobody accepts', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const { recipient } = await createSafe(app);
    const file = app.path('app.yml');
    await app.write(
      'app.yml',
      (await app.text('app.yml')).replace('parameters:', `recovery: [${recipient}]\nparameters:`),
    );
    const { tools, said } = createTools(aws, { answer: 'no' });
    const digest = recoveryDigest([recipient]) ?? '';
    const refused = await failureOf(() => encrypt(tools, [file]));
    expect([refused.code, refused.hint]).toEqual([
      'declined',
      expect.stringContaining(`--accept-recovery ${digest}`),
    ]);
    expect(said.questions[0]).toContain(recipient);
    const other = { acceptRecovery: '0'.repeat(32) };
    expect((await failureOf(() => encrypt(tools, [file], other))).code).toBe('declined');
    expect(await app.text('app.yml')).toContain('value: "one"');
    await encrypt(tools, [file], { acceptRecovery: digest });
    // From now on, the file's own data key vouches for the list.
    await set(tools, file, 'b', () => Promise.resolve(Buffer.alloc(9000, 'b')));
    expect(await gapsOf(file)).toEqual([]);
  });
});

describe('drill: an age wrap that somebody forged who knows the data key', () => {
  test('is refused for another context, another key or another form', async () => {
    const { known, context, forge } = await createKnown();
    const right = renderPayload(context, known);
    expect(await forge(right)).toEqual({ a: 'one' });
    const key = known.toString('base64');
    const forgeries: [string, string][] = [
      ['another path', renderPayload({ ...context, Path: '/other/' }, known)],
      ['a pair more', renderPayload({ ...context, Author: 'write-only' }, known)],
      ['another list', renderPayload({ ...context, Recovery: '0'.repeat(32) }, known)],
      ['another key', renderPayload(context, Buffer.alloc(32))],
      ['a short key', renderPayload(context, known.subarray(1))],
      ['another version', right.replace('"v":1', '"v":2')],
      ['a member more', right.replace('"v":1', '"v":1,"x":1')],
      ['a member twice', right.replace('"v":1', '"v":1,"v":1')],
      ['spaces', right.replace(',', ', ')],
      ['no JSON', key],
    ];
    for (const [what, payload] of forgeries) {
      const { code } = await failureOf(() => forge(payload));
      expect([what, code]).toEqual([what, 'tampered']);
    }
  });

  test('opens no value where its commit was forged too', async () => {
    const { context, forge } = await createKnown();
    const other = Buffer.alloc(32, 7);
    const { code } = await failureOf(() => forge(renderPayload(context, other), commitOf(other)));
    expect(code).toBe('tampered');
  });
});

test('whatever writes a manifest keeps the wraps complete, so that age alone opens all of it', async () => {
  const parameters = `${BOTH}  - {name: r, type: SecureString, generate: {length: 9}}\n`;
  const { app, tools, withSafe, file, fileKey } = await createRecoverable(aws, parameters, {
    'f.bin': 'f',
  });
  const long = Buffer.alloc(9000, 'x');
  const source = await createScene(aws, BOTH);
  await encrypt(tools, [source.path('app.yml')]);
  const alias = `alias/${aws.unique('next')}`;
  const steps: [string, () => Promise<unknown>][] = [
    ['set a value', () => set(tools, file, 'a', () => Promise.resolve(Buffer.from('two')))],
    ['set a blob', () => set(tools, file, 'long', () => Promise.resolve(long))],
    [
      'encrypt',
      async () => {
        await app.write('app.yml', (await app.text('app.yml')) + secret('late', 'late'));
        await encrypt(tools, [file]);
      },
    ],
    ['rotate', () => rotate(tools, file, ['r'])],
    ['refresh --new-data-keys', () => refresh(tools, [file], { newDataKeys: true })],
    ['copy', () => copy(tools, source.path('app.yml'), ['big'], file).catch(() => undefined)],
    ['rename a blob', () => move(tools, file, ['big', 'renamed'])],
    [
      'edit',
      () =>
        edit(tools, file, (text) =>
          Promise.resolve(Buffer.from(text.toString().replace('late\n', 'later\n'))),
        ),
    ],
    [
      'import --merge',
      async () => {
        await sync(tools, [file], { yes: true });
        const { text } = await readManifest(file);
        await app.succeed(['unset', 'app.yml', 'long', 'a'], {
          env: { COFFER_KEY_ALIAS: tools.fileKey.alias },
        });
        expect(await app.text('app.yml')).not.toBe(text);
        await importPath(tools, app.prefix, { merge: file });
      },
    ],
    ['move', () => move(tools, file, [], { path: '/moved/' })],
    [
      'refresh',
      async () => {
        await aws.createKey(alias);
        await refresh({ ...tools, fileKey: { alias } }, [file], { acceptFileKey: fileKey });
      },
    ],
  ];
  for (const [name, step] of steps) {
    await step();
    expect([name, await gapsOf(file)]).toEqual([name, []]);
    const online = await valuesOf(tools, app);
    expect([name, await valuesOf({ ...withSafe, aws: OFFLINE }, app)]).toEqual([name, online]);
  }
});

test('refresh wraps what is missing and removes what is stray, and check names both', async () => {
  const { app, tools, file, far, safe } = await createRecoverable(aws, BOTH);
  const manifest = await readManifest(file);
  const stranger = (await createSafe(app, 'stranger')).recipient;
  const dataKeys = Object.fromEntries(
    Object.entries(manifest.dataKeys).map(([id, { recovery: wraps = {}, ...entry }]) => [
      id,
      { ...entry, recovery: { [far]: wraps[far] ?? '', [stranger]: wraps[far] ?? '' } },
    ]),
  );
  await app.write('app.yml', editManifest(manifest, { dataKeys }));
  const { problems } = await check(app.folder, [file]);
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining(`is not wrapped for ${safe.recipient}`),
    expect.stringContaining(`is wrapped for ${stranger}`),
  ]);
  expect((await recovery(tools, 'list', [file]))[0]?.gaps).toHaveLength(2);
  await refresh(tools, [file]);
  expect(await gapsOf(file)).toEqual([]);
});

test('an edit cannot change the list', async () => {
  const { app, tools, file, far } = await createRecoverable(aws, BOTH);
  const before = await app.text('app.yml');
  const drop = (text: Buffer) =>
    Promise.resolve(
      Buffer.from(
        text
          .toString()
          .split('\n')
          .filter((line) => !line.includes(far))
          .join('\n'),
      ),
    );
  const failure = await failureOf(() => edit(tools, file, drop));
  expect([failure.code, failure.message]).toEqual([
    'manifest',
    expect.stringContaining('recovery list'),
  ]);
  expect(await app.text('app.yml')).toBe(before);
});

test('a key that is enabled again opens as before, without a word about recovery', async () => {
  const { values, fileKey, said } = await createRecoverable(aws, BOTH);
  await disable(fileKey);
  await aws.kms.send(new EnableKeyCommand({ KeyId: idOf(fileKey) }));
  expect(await values()).toEqual(VALUES);
  expect(said.warnings).toEqual([]);
});

/** The branch that adds a recipient, and another that `change` makes from the same base. */
async function branch(change: (by: Tools, file: string) => Promise<unknown>) {
  const scene = await createRecoverable(aws, BOTH);
  const { app, tools, file } = scene;
  const base = await app.text('app.yml');
  await change(tools, file);
  const theirs = await app.text('app.yml');
  await app.write('app.yml', base);
  const { recipient } = await createSafe(app, 'second');
  await recovery(tools, 'add', [file], [recipient]);
  const ours = await app.text('app.yml');
  return { ...scene, merged: mergeManifests({ base, ours, theirs }, { markerSize: 7 }) };
}

describe('a merge of a branch that adds a recipient', () => {
  test('takes a value that the other branch sealed under a data key of both', async () => {
    const { app, file, withSafe, merged } = await branch((by, name) => set(by, name, 'a', value));
    expect(merged.conflicts).toBe(0);
    await app.write('app.yml', merged.text);
    expect((await readManifest(file)).recovery).toHaveLength(3);
    expect(await gapsOf(file)).toEqual([]);
    const all = { ...VALUES, a: 'x' };
    expect(await valuesOf(withSafe, app)).toEqual(all);
    expect(await valuesOf({ ...withSafe, aws: OFFLINE }, app)).toEqual(all);
  });

  test('is a conflict in the list where the other branch made a new key under the old one', async () => {
    const { merged } = await branch((by, file) =>
      set(by, file, 'new', () => Promise.resolve(Buffer.alloc(9000, 'n'))),
    );
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toMatch(/<<<<<<< ours\nrecovery:|recovery:\n(?:  - .*\n)*<<<<<<< ours\n/);
  });
});

test('a view for people shows who can open a manifest, and hides the wraps', async () => {
  const { app, tools, file, far, safe } = await createRecoverable(aws, BOTH);
  const text = await app.text('app.yml');
  const { dataKeys } = await readManifest(file);
  const wraps = Object.values(dataKeys).flatMap(({ recovery: all = {} }) => Object.values(all));
  expect(wraps).toHaveLength(2);
  const broken = `<<<<<<< ours\n${text}`;
  await app.write('broken.yml', broken);
  for (const name of ['app.yml', 'broken.yml']) {
    const shown = (await textconv(tools, app.path(name))).toString();
    for (const wrap of wraps) expect(shown).not.toContain(wrap);
    expect(shown).toContain(`${safe.recipient}: …`);
    expect(shown).toContain(`"${far}": …`);
  }
});
