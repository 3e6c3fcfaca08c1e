import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { createScene, plain, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();

/** The lines that a second text adds and removes. */
async function diffOf(app: Scene, before: string): Promise<{ added: string[]; gone: string[] }> {
  const [old, now] = [before, await app.text('app.yml')].map((text) => text.split('\n'));
  return {
    added: now?.filter((line) => !old?.includes(line)) ?? [],
    gone: old?.filter((line) => !now?.includes(line)) ?? [],
  };
}

const SEALED = /^ {4}value: ENC\[v1,[0-9a-f]{8},[0-9a-f]{8},[A-Za-z0-9+/=]+\]$/;

describe('set', () => {
  test('adds a secret after the others, in their style', async () => {
    const app = await createScene(
      aws,
      '  - name: a\n    type: SecureString\n    value: one\n\n  - name: b\n    type: String\n    value: two\n# end\n',
    );
    await app.succeed(['encrypt', 'app.yml']);
    const before = await app.text('app.yml');
    const { stderr } = await app.succeed(['set', 'app.yml', 'db/password'], { stdin: 's3cret\n' });
    expect(stderr).toContain('added db/password');
    expect(await app.text('app.yml')).toMatch(
      /\n {4}value: two\n\n {2}- name: db\/password\n {4}type: securestring\n {4}value: ENC\[\S+\]\n# end\n$/,
    );
    expect((await diffOf(app, before)).gone).toEqual([]);
    expect(await app.value('db/password')).toBe('s3cret');
    const again = await app.succeed(['encrypt', 'app.yml']);
    expect(again.stderr).toContain('nothing to encrypt');
  });

  test('changes only the line of an existing secret', async () => {
    const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
    await app.succeed(['encrypt', 'app.yml']);
    const before = await app.text('app.yml');
    await app.succeed(['set', 'app.yml', `${app.prefix}b`], { stdin: 'new' });
    const { added, gone } = await diffOf(app, before);
    expect(gone).toHaveLength(1);
    expect(added).toEqual([expect.stringMatching(/name: b, type: securestring, value: "ENC\[/)]);
    expect(await app.value('b')).toBe('new');
    expect(await app.value('a')).toBe('one');
  });

  test('leaves a value alone that is there already, and says so', async () => {
    const parameters = secret('a', 'one') + plain('level', 'info');
    const app = await createScene(aws, parameters, { files: { 'f.txt': 'from a file' } });
    await app.write(
      'app.yml',
      `${await app.text('app.yml')}  - {name: f, type: SecureString, file: f.txt}\n`,
    );
    await app.succeed(['encrypt', 'app.yml']);
    const before = await app.text('app.yml');
    for (const [name, value] of [
      ['a', 'one'],
      ['level', 'info'],
    ] as const) {
      const { stderr } = await app.succeed(['set', 'app.yml', name], { stdin: value });
      expect(stderr).toBe(`app.yml: ${name} has this value already\n`);
    }
    expect(await app.text('app.yml')).toBe(before);
    // Or the next encrypt would take the file's content.
    await app.succeed(['set', 'app.yml', 'f'], { stdin: 'from a file' });
    expect(await app.text('app.yml')).not.toContain('f.txt');
    await app.succeed(['sync', 'app.yml', '--yes']);
    const { stderr } = await app.succeed(['update', 'app.yml', 'a', '--yes'], { stdin: 'one' });
    expect(stderr).toContain('app.yml: a has this value already\n');
    expect(stderr).not.toContain('new value');
  });

  test('leaves a blob alone that holds the value already', async () => {
    const app = await createScene(aws, secret('other', 'one'));
    const first = randomBytes(20_000);
    await app.write('k', first);
    const setIt = ['set', 'app.yml', 'a', '--from-file', 'k'];
    expect((await app.succeed(setIt)).stderr).toContain('(as a blob for S3)');
    const [text, files] = [await app.text('app.yml'), await app.files()];
    const again = await app.succeed(setIt);
    expect(again.stderr).toBe('app.yml: a has this value already\n');
    expect([await app.text('app.yml'), await app.files()]).toEqual([text, files]);
    await app.write('k', first.toReversed());
    expect((await app.succeed(setIt)).stderr).toContain('a has a new value');
  });

  test('changes only its own lines among thirty parameters', async () => {
    const parameters = Array.from(
      { length: 30 },
      (_, i) => `  - name: p${i}\n    type: SecureString\n    value: value-${i}\n`,
    );
    const app = await createScene(aws, parameters.join('\n'));
    await app.succeed(['encrypt', 'app.yml']);
    const git = async (...args: string[]) => {
      const env = { HOME: app.folder, GIT_CONFIG_NOSYSTEM: '1' };
      return (await run('git', args, { cwd: app.folder, env })).stdout.toString();
    };
    await git('init', '-q');
    await git('add', 'app.yml');

    await app.succeed(['set', 'app.yml', 'p17'], { stdin: 'new' });
    expect(await git('diff', '--stat')).toMatch(/ app.yml \| 2 \+-\n 1 file changed, 1 insertion/);
    await git('add', 'app.yml');
    await app.succeed(['set', 'app.yml', 'p30'], { stdin: 'new' });
    expect(await git('diff', '--numstat')).toBe('4\t0\tapp.yml\n');
  });

  test('does not change the plaintext or types of others', async () => {
    const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
    await app.succeed(['set', 'app.yml', 'b'], { stdin: 'new' });
    const text = await app.text('app.yml');
    expect(text).toContain(secret('a', 'one'));
    expect(text.match(/ENC\[/g)).toHaveLength(1);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.value('a')).toBe('one');
    expect(await app.value('b')).toBe('new');
  });

  test('writes the value of a String or a StringList in plaintext', async () => {
    const app = await createScene(
      aws,
      '  - {name: s, type: String, value: one}\n  - name: l\n    type: StringList\n    value: [a, b]\n',
    );
    await app.succeed(['set', 'app.yml', 's'], { stdin: '1.10\n' });
    await app.succeed(['set', 'app.yml', 'l'], { stdin: 'c,d' });
    await app.succeed(
      ['set', 'app.yml', 'n', '--type', 'string', '--description', 'Not: a secret'],
      { stdin: 'two\nlines\n\n' },
    );
    const text = await app.text('app.yml');
    expect(text).toMatch(/parameters:\n {2}- \{name: s, type: string, value: "1.10"\}\n/);
    expect(text).toContain('type: stringlist\n    value: c,d\n');
    expect(text).toContain(
      '  - name: "n"\n    description: "Not: a secret"\n    type: string\n    value: |\n      two\n      lines\n',
    );
    expect(text).not.toContain('encrypted_with');
    expect(await app.value('n')).toBe('two\nlines\n');
  });

  test('changes AWS with the next sync', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    await app.succeed(['set', 'app.yml', 'a'], { stdin: 'new' });
    await app.succeed(['sync', 'app.yml', '--yes']);
    expect(await storedIn(aws).values(app.prefix)).toEqual({ a: 'new' });
  });

  test('--json reports what was done, by name', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const { stdout } = await app.succeed(['set', 'app.yml', 'n', '--json'], { stdin: 'canary' });
    expect(stdout.toString()).not.toContain('canary');
    expect(JSON.parse(stdout.toString())).toEqual({
      version: 1,
      manifests: [
        {
          file: 'app.yml',
          changed: true,
          encryptedWith: expect.stringMatching(/^arn:aws:kms:/),
          sealed: [{ name: 'n', form: 'value', why: 'new' }],
          warnings: [],
        },
      ],
    });
  });
});

describe('from standard input', () => {
  test.each([
    ['one line break is dropped', 'a\n', [], 'a'],
    ['of Windows, too', 'a\r\n', [], 'a'],
    ['but no more than one', 'a\n\n', [], 'a\n'],
    ['unless --keep-newline is given', 'a\n', ['--keep-newline'], 'a\n'],
    ['and nothing else', '  a b  ', [], '  a b  '],
    ['whatever it looks like', 'null', [], 'null'],
    ['whatever ciphertext it looks like', 'ENC[v1,x]', [], 'ENC[v1,x]'],
  ])('%s', async (_, stdin, flags, value) => {
    const app = await createScene(aws, secret('a', 'one'));
    await app.succeed(['set', 'app.yml', 'a', ...flags], { stdin });
    expect(await app.value('a')).toBe(value);
  });

  test('binary data becomes a blob, including its last byte', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), randomBytes(100), Buffer.from('\n')]);
    await app.succeed(['set', 'app.yml', 'a'], { stdin: bytes });
    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--value', 'a']);
    expect(stdout.equals(bytes)).toBe(true);
  });
});

describe('--from-file', () => {
  test('takes a text unchanged', async () => {
    const app = await createScene(aws, secret('a', 'one'), { files: { v: 'text\n' } });
    await app.succeed(['set', 'app.yml', 'a', '--from-file', 'v'], { stdin: 'ignored' });
    expect(await app.value('a')).toBe('text\n');
    expect((await app.text('app.yml')).split('\n').at(-2)).toContain('ENC[');
  });

  test('makes binary data a blob in the manifest, and large data a blob beside it', async () => {
    const [small, large, other] = [3000, 100_000, 90_000].map((size) => randomBytes(size));
    const app = await createScene(aws, secret('a', 'one'), {
      files: { small: small ?? '', large: large ?? '', other: other ?? '' },
    });
    await app.succeed(['set', 'app.yml', 'small', '-f', 'small']);
    expect(await app.text('app.yml')).toMatch(
      /- name: small\n {4}type: securestring\n {4}blob:\n {6}sha256: /,
    );
    const { stderr } = await app.succeed(['set', 'app.yml', 'tls/large', '-f', 'large']);
    expect(stderr).toContain('as a blob for S3');
    const blobs = async () => (await app.files()).filter((file) => file.startsWith('app.blobs/'));
    const [first, ...more] = await blobs();
    expect(first).toMatch(/^app\.blobs\/tls-large-[0-9a-f]{6}\.enc$/);
    expect(more).toEqual([]);

    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['sync', 'app.yml', '--yes']);
    for (const [name, bytes] of [
      ['small', small],
      ['tls/large', large],
    ] as const) {
      const { stdout } = await app.succeed(['get', `${app.prefix}${name}`]);
      expect(bytes && stdout.equals(bytes), name).toBe(true);
    }

    await app.succeed(['set', 'app.yml', 'tls/large', '-f', 'other']);
    expect(await blobs()).toEqual([expect.not.stringContaining(first ?? '')]);
    await app.succeed(['set', 'app.yml', 'tls/large'], { stdin: 'short now' });
    expect(await blobs()).toEqual([]);
    expect(await app.value('tls/large')).toBe('short now');
  });

  test('encodes as the parameter says', async () => {
    const bytes = randomBytes(50);
    const app = await createScene(
      aws,
      '  - {name: a, type: SecureString, encoding: base64, file: gone}\n',
      { files: { v: bytes } },
    );
    await app.succeed(['set', 'app.yml', 'a', '-f', 'v']);
    expect(await app.value('a')).toBe(bytes.toString('base64'));
  });
});

describe('an existing origin', () => {
  test('file: is removed, with a note, and the file stays', async () => {
    const app = await createScene(
      aws,
      '  - name: a\n    type: SecureString\n    file: source # why\n',
      { files: { source: 'one' } },
    );
    await app.succeed(['encrypt', 'app.yml']);
    const { stderr } = await app.succeed(['set', 'app.yml', 'a'], { stdin: 'new' });
    expect(stderr).toContain('no longer comes from source');
    const text = await app.text('app.yml');
    expect(text).not.toContain('file:');
    expect(text.split('\n').at(-2)).toMatch(SEALED);
    expect(await app.text('source')).toBe('one');
    expect((await app.succeed(['encrypt', 'app.yml'])).stderr).toContain('nothing to encrypt');
    expect(await app.value('a')).toBe('new');
  });

  test('file: is removed even if it was never sealed, for any type', async () => {
    const app = await createScene(aws, '  - {name: a, type: String, file: gone}\n');
    await app.succeed(['set', 'app.yml', 'a'], { stdin: 'new' });
    expect(await app.text('app.yml')).toContain('{name: a, type: string, value: new}');
  });

  test('generate: stays, and generates nothing', async () => {
    const app = await createScene(
      aws,
      '  - name: a\n    type: SecureString\n    generate: {length: 8}\n',
    );
    await app.succeed(['set', 'app.yml', 'a'], { stdin: 'new' });
    expect(await app.text('app.yml')).toMatch(/\n {4}generate: \{length: 8\}\n {4}value: ENC\[/);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.value('a')).toBe('new');
  });
});

describe('is refused, and changes nothing:', () => {
  test.each<[string, string[], string | undefined, RegExp]>([
    ['a value in the arguments', ['set', 'app.yml', 'a', 'canary'], 'x', /does not take more/],
    ['a value after --', ['set', 'app.yml', 'a', '--', 'canary'], 'x', /does not take more/],
    ['an empty value', ['set', 'app.yml', 'a'], '', /the value of a is empty/],
    ['an empty line', ['set', 'app.yml', 'n'], '\n', /the value of n is empty/],
    ['an empty file', ['set', 'app.yml', 'a', '-f', 'empty'], 'x', /the value of a is empty/],
    [
      'a missing file',
      ['set', 'app.yml', 'a', '-f', 'gone'],
      'x',
      /gone: file or folder not found/,
    ],
    ['a name that SSM refuses', ['set', 'app.yml', 'a b'], 'x', /a b: its name contains/],
    ['a name with too many slashes', ['set', 'app.yml', 'a//b'], 'x', /empty part/],
    ['no name', ['set', 'app.yml'], 'x', /needs a name/],
    ['no manifest', ['set'], 'x', /needs a manifest/],
    ['a missing manifest', ['set', 'no.yml', 'a'], 'x', /no\.yml/],
    ['an unknown type', ['set', 'app.yml', 'n', '--type', 'Text'], 'x', /--type cannot be Text/],
    [
      'another type',
      ['set', 'app.yml', 'a', '--type', 'String'],
      'x',
      /a is already a SecureString/,
    ],
    ['a description', ['set', 'app.yml', 'a', '--description', 'x'], 'x', /for new parameters/],
    [
      'a long description',
      ['set', 'app.yml', 'n', '--description', 'x'.repeat(1025)],
      'x',
      /1024 characters/,
    ],
    ['what has nowhere to go', ['set', 'app.yml', 'a'], 'canary'.repeat(2000), /12000 bytes/],
    ['a plain text like ciphertext', ['set', 'app.yml', 's'], 'ENC[canary', /cannot hold/],
    ['a secret without a kmskey', ['set', 'open.yml', 'n'], 'canary', /"kmskey" is missing/],
  ])('%s', async (_, args, stdin, message) => {
    const app = await createScene(
      aws,
      `${secret('a', 'one')}  - {name: s, type: String, value: x}\n`,
      { header: `kmskey: ${aws.kmskey}\n`, files: { empty: '' } },
    );
    const open = (await app.text('app.yml'))
      .replace(/kmskey:.*\n/, '')
      .replace(/ {2}- .*a, .*\n/, '');
    await app.write('open.yml', open);
    const before = await app.text('app.yml');
    const files = await app.files();
    const { code, stdout, stderr } = await app.coffer(args, { stdin: stdin ?? '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('canary');
    expect(code).toBe(message.source.includes('bytes') ? 1 : 2);
    expect(stdout.toString()).toBe('');
    expect(await app.text('app.yml')).toBe(before);
    expect(await app.text('open.yml')).toBe(open);
    expect(await app.files()).toEqual(files);
  });

  test('plaintext of others that looks like ciphertext', async () => {
    const other = Buffer.alloc(90, 1).toString('base64');
    const app = await createScene(
      aws,
      `  - {name: a, type: securestring, value: "${other}"}\n${secret('b', 'one')}`,
    );
    const before = await app.text('app.yml');
    const { code, stderr } = await app.coffer(['set', 'app.yml', 'b'], { stdin: 'new' });
    expect(code).toBe(2);
    expect(stderr).toContain('run coffer encrypt app.yml first');
    expect(stderr).not.toContain(other);
    expect(await app.text('app.yml')).toBe(before);
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['set', 'app.yml', 'b'], { stdin: 'new' });
    expect(await app.value('a')).toBe(other);
  });
});
