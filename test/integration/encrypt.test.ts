import { chmod, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

/** The lines added and removed in each file, as in a pull request. */
async function createRepository(folder: string) {
  const git = async (...args: string[]) => {
    const env = { HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
    const { code, stdout, stderr } = await run('git', args, { cwd: folder, env });
    expect(code, stderr).toBe(0);
    return stdout.toString('utf8');
  };
  await git('init', '-q', '.');
  await git('config', 'user.email', 'test@example.com');
  await git('config', 'user.name', 'test');
  return {
    commit: async () => {
      await git('add', '-A');
      await git('commit', '-qm', 'state');
    },
    numstat: () => git('diff', '--numstat'),
    diff: () => git('diff', '-U0'),
  };
}

test('a second encrypt changes no byte and does not touch the file', async () => {
  const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.read('app.yml');
  const { mtimeMs, ino } = await stat(app.path('app.yml'));

  const { stderr } = await app.succeed(['encrypt', 'app.yml']);
  expect(stderr).toContain('nothing to encrypt');
  expect((await app.read('app.yml')).equals(before)).toBe(true);
  expect(await stat(app.path('app.yml'))).toMatchObject({ mtimeMs, ino });
});

test('a new value changes only its own line, among fifty parameters', async () => {
  const parameters = Array.from(
    { length: 50 },
    (_, i) => `  - name: secret_${i}\n    type: SecureString\n    value: value-${i}\n`,
  );
  const app = await createScene(aws, parameters.join(''));
  await app.succeed(['encrypt', 'app.yml']);
  const git = await createRepository(app.folder);
  await git.commit();

  const text = await app.text('app.yml');
  const block = /(- name: secret_31\n.*type: securestring\n.*value: )ENC\[.*\]\n/;
  expect(text).toMatch(block);
  await app.write('app.yml', text.replace(block, '$1new-value\n'));
  await app.succeed(['encrypt', 'app.yml']);

  expect(await git.numstat()).toBe('1\t1\tapp.yml\n');
  expect(await git.diff()).toMatch(/\n-    value: ENC\[.*\n\+    value: ENC\[/);
  expect(await app.value('secret_31')).toBe('new-value');
  expect(await app.value('secret_30')).toBe('value-30');
});

test('a new secret changes its value and the case of its type', async () => {
  const app = await createScene(aws, `  - name: a\n    type: SecureString\n    value: one\n`);
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.text('app.yml');
  await app.write('app.yml', `${before}  - name: b\n    type: SecureString\n    value: two\n`);
  await app.succeed(['encrypt', 'app.yml']);

  const after = await app.text('app.yml');
  expect(after.startsWith(before)).toBe(true);
  expect(after.slice(before.length)).toMatch(
    /^ {2}- name: b\n {4}type: securestring\n {4}value: ENC\[v1,[0-9a-f]{8},[0-9a-f]{8},[A-Za-z0-9+/=]+\]\n$/,
  );
  expect(after.match(/data_keys:/g)).toHaveLength(1);
  expect(new Set(after.match(/ENC\[v1,[0-9a-f]{8}/g)).size).toBe(1);
});

const untouched = (text: string) =>
  text
    .split('\n')
    .filter(
      (line) =>
        !/type:|value:|ENC|encrypted_with|data_keys|^ {2}"?[0-9a-f]{8}"?:|^ {4}(?:key|binding|commit):|^ {6}(?:first|second)/.test(
          line,
        ),
    );

test('comments, blank lines, quotes, CRLF and flow maps stay', async () => {
  const body = [
    '# at the very top of the list',
    '  - name: "a"   # behind the name',
    '    type:   SecureString',
    '',
    "    value: 'it''s'  # behind the value",
    '  - {name: b, type: "SecureString", value: "line\\nbreak", description: kept}',
    '  # between',
    '  - name: c',
    '    description: >-',
    '      folded',
    '      text',
    '    type: SecureString',
    '    value: |',
    '      first',
    '      second',
    '# at the very end',
    '',
  ].join('\r\n');
  const app = await createScene(aws, body, {
    header: `kmskey: ${aws.kmskey}\r\n# below the settings\r\n`,
  });
  const before = await app.text('app.yml');
  await app.succeed(['encrypt', 'app.yml']);
  const after = await app.text('app.yml');

  const kept = [
    '# at the very top of the list',
    '"a"   # behind the name',
    '# behind the value',
    'description: kept}',
    '  # between',
    '    description: >-\r\n      folded\r\n      text\r\n',
    '# at the very end\r\n',
    '# below the settings\r\n',
  ];
  for (const part of kept) {
    expect(before).toContain(part);
    expect(after).toContain(part);
  }
  expect(after.match(/ENC\[/g)).toHaveLength(3);
  expect(await app.value('a')).toBe("it's");
  expect(await app.value('b')).toBe('line\nbreak');
  expect(await app.value('c')).toBe('first\nsecond\n');
  expect(untouched(after)).toEqual(untouched(before));
});

test('plain scalars keep their typed text', async () => {
  const app = await createScene(
    aws,
    ['1.10', '0123', 'yes', '1e3', '~x', 'True', '0x1F', '2024-01-01', '.5']
      .map((text, i) => `  - {name: p${i}, type: SecureString, value: ${text}}\n`)
      .join(''),
  );
  await app.succeed(['encrypt', 'app.yml']);
  const { stdout } = await app.succeed(['decrypt', 'app.yml', '--json']);
  const { parameters } = JSON.parse(stdout.toString()) as { parameters: { value: string }[] };
  expect(parameters.map(({ value }) => value)).toEqual([
    '1.10',
    '0123',
    'yes',
    '1e3',
    '~x',
    'True',
    '0x1F',
    '2024-01-01',
    '.5',
  ]);
});

test('seals only secrets; a list and a string stay readable', async () => {
  const app = await createScene(
    aws,
    `  - {name: s, type: String, value: open}
  - {name: l, type: StringList, value: [a, b]}
  - {name: x, type: SecureString, value: sealed}
`,
  );
  await app.succeed(['encrypt', 'app.yml']);
  const text = await app.text('app.yml');
  expect(text).toContain('{name: s, type: string, value: open}');
  expect(text).toContain('{name: l, type: stringlist, value: [a, b]}');
  expect(text.match(/ENC\[/g)).toHaveLength(1);
});

test('encrypts several manifests in one call, and none if one is invalid', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const text = await app.text('app.yml');
  await app.write('other.yml', text.replace(/path: (.*)\//, 'path: $1/other/'));
  await app.write('bad.yml', text.replace('parameters:', 'parameter:'));

  const failed = await app.coffer(['encrypt', 'app.yml', 'other.yml', 'bad.yml']);
  expect(failed.code).toBe(2);
  expect(await app.text('app.yml')).toBe(text);

  await app.succeed(['encrypt', 'app.yml', 'other.yml']);
  for (const file of ['app.yml', 'other.yml']) {
    expect(await app.text(file)).toContain('ENC[v1,');
    const { stdout } = await app.succeed(['decrypt', file, '--value', 'a']);
    expect(stdout.toString()).toBe('one');
  }
});

test('--json reports what was done', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const { stdout } = await app.succeed(['encrypt', 'app.yml', '--json']);
  expect(JSON.parse(stdout.toString())).toEqual({
    version: 1,
    manifests: [
      {
        file: 'app.yml',
        changed: true,
        encryptedWith: expect.stringMatching(/^arn:aws:kms:/),
        sealed: [{ name: 'a', form: 'value', why: 'new' }],
        warnings: [],
      },
    ],
  });
});

describe('the manifest file', () => {
  test('keeps its mode, and no other file stays in its folder', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    await chmod(app.path('app.yml'), 0o640);
    await app.succeed(['encrypt', 'app.yml']);
    expect((await stat(app.path('app.yml'))).mode & 0o777).toBe(0o640);
    expect(await app.files()).toEqual(['app.yml']);
  });
});
