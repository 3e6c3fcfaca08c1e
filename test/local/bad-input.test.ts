import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary } from '../support/canary.ts';
import { expectRefusal } from '../support/refusal.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();
const SECRET = createCanary();

const GOOD = `  - name: token
    type: SecureString
    value: ${SECRET}
`;

const BOMB = Array.from(
  { length: 9 },
  (_, i) =>
    `  t${i}: &t${i} [${Array(10)
      .fill(i === 0 ? 'x' : `*t${i - 1}`)
      .join(', ')}]`,
).join('\n');

describe('an invalid manifest:', () => {
  test.each<[string, (text: string) => string | Uint8Array, RegExp]>([
    ['empty', () => '', /^app\.yml:1:1: error: the manifest is empty/],
    ['no YAML', (text) => `${text}  - [unclosed\n`, /^app\.yml:\d+:\d+: error: /],
    [
      'a tab for indentation',
      (text) => text.replace('    type', '\ttype'),
      /^app\.yml:\d+:\d+: error: /,
    ],
    ['binary', () => new Uint8Array([0x70, 0xff, 0xfe, 0x80]), /^app\.yml:1:2: error: .*UTF-8/],
    [
      'an unknown key of a parameter',
      (text) => text.replace('value:', 'discription: x\n    value:'),
      /unknown key "discription"[\s\S]*hint: .*description/,
    ],
    [
      'an unknown key at the top',
      (text) => text.replace('bucket:', 'buckets:'),
      /unknown key "buckets"[\s\S]*hint: .*bucket/,
    ],
    [
      'a type that there is not',
      (text) => text.replace('SecureString', 'SecurString'),
      /type[\s\S]*hint: .*SecureString/,
    ],
    ['no parameters', (text) => text.replace(/parameters:[\s\S]*/, ''), /"parameters" is missing/],
    ['no name', (text) => text.replace('- name: token\n    type', '- type'), /"name" is missing/],
    ['no region', (text) => text.replace(/region: .*\n/, ''), /"region" is missing/],
    ['no kmskey', (text) => text.replace(/kmskey: .*\n/, ''), /"kmskey" is missing/],
    [
      'two parameters of one name',
      (text) => text + GOOD.replace('SecureString', 'String'),
      /"?name"? is already in line \d+/,
    ],
    [
      'a key twice',
      (text) => text.replace('type:', 'name: twice\n    type:'),
      /duplicate key "name"/,
    ],
    ['two documents', (text) => `${text}---\na: 1\n`, /document/],
    ['an empty value', (text) => text.replace(SECRET, '""'), /value is empty/],
    ['a null value', (text) => text.replace(SECRET, 'null'), /value is null/],
    ['a map for a value', (text) => text.replace(SECRET, '{a: b}'), /value is a map/],
    [
      'a name that SSM refuses',
      (text) => text.replace('name: token', 'name: to ken'),
      /character that SSM does not allow/,
    ],
    ['a path without a slash', (text) => text.replace('path: /', 'path: '), /slash/],
    ['a reserved path', (text) => text.replace(/path: .*/, 'path: /aws/x/'), /aws or ssm/],
    [
      'an alias bomb',
      (text) => text.replace('parameters:', `tags:\n${BOMB}\nparameters:`),
      /aliases|too much/,
    ],
    [
      'an alias for a secret',
      (text) =>
        text
          .replace(SECRET, `&a ${SECRET}`)
          .replace(/$/, '  - {name: other, type: SecureString, value: *a}\n'),
      /alias/,
    ],
    [
      'ciphertext that is damaged',
      (text) => text.replace(SECRET, 'ENC[v1,00000000,AAAA]'),
      /ENC\[/,
    ],
  ])('%s', async (_, spoil, says) => {
    const app = await createScene(aws, GOOD);
    const spoilt = spoil(await app.text('app.yml'));
    expect(spoilt).not.toBe(await app.text('app.yml'));
    await app.write('app.yml', spoilt);
    for (const command of ['encrypt', 'save']) {
      await expectRefusal(app, [command, 'app.yml'], { code: 2, secret: SECRET, says });
    }
  });
});

describe('an unreadable manifest:', () => {
  test.each<[string, string, (app: Scene) => Promise<void>, RegExp]>([
    [
      'it does not exist',
      'none.yml',
      () => Promise.resolve(),
      /none\.yml: file or folder not found/,
    ],
    [
      'it is a folder',
      'sub',
      (app) => app.write('sub/x', ''),
      /sub: it is a folder|there are no manifests in sub/,
    ],
    [
      'its folder does not exist',
      'no/app.yml',
      () => Promise.resolve(),
      /no\/app\.yml: file or folder not found/,
    ],
    ['a file is taken for its folder', 'app.yml/x.yml', () => Promise.resolve(), /file not found/],
  ])('%s', async (_, file, prepare, says) => {
    const app = await createScene(aws, GOOD);
    await prepare(app);
    for (const command of ['encrypt', 'decrypt', 'refresh', 'save', 'export', 'nuke', 'list']) {
      await expectRefusal(app, [command, file], { code: 2, secret: SECRET, says });
    }
  });
});

describe('a wrong call:', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['encrpyt', 'app.yml'], /unknown command encrpyt[\s\S]*encrypt/],
    [
      'an unknown flag',
      ['encrypt', 'app.yml', '--resael', 'x'],
      /unknown flag --resael[\s\S]*--reseal/,
    ],
    ['a flag of another command', ['decrypt', 'app.yml', '--yes'], /unknown flag --yes/],
    [
      'a flag with one dash before the command',
      ['-region', 'us-east-1', 'list'],
      /unknown flag -region[\s\S]*--region/,
    ],
    [
      'an unknown flag before the command',
      ['--regoin', 'us-east-1', 'list'],
      /unknown flag --regoin[\s\S]*--region/,
    ],
    ['an empty argument', ['check', ''], /an argument of coffer check is empty/],
    ['an empty manifest', ['set', '', 'a'], /an argument of coffer set is empty/],
    ['no manifest', ['encrypt'], /needs a manifest/],
    ['no name', ['get'], /needs a name/],
    [
      'a role that is no ARN',
      ['decrypt', 'app.yml', '--role', 'foo'],
      /^coffer: error: --role foo is not the ARN of a role\n {2}hint: /,
    ],
    ['a flag without its value', ['get', '/x', '-o'], /-o needs a value/],
    ['too many arguments', ['get', '/x', '2', '/y'], /does not take \/y/],
    ['a flag twice', ['get', '/x', '-o', 'a', '-o', 'b'], /2 times/],
    ['a concurrency of zero', ['save', 'app.yml', '--concurrency', '0'], /--concurrency 0/],
    ['an invalid URL', ['get', 's3://'], /not the URL of an object/],
    [
      'a missing parameter',
      ['decrypt', 'app.yml', '--value', 'nope'],
      /no parameter nope[\s\S]*token/,
    ],
    ['refresh before encrypt', ['refresh', 'app.yml'], /not encrypted yet/],
    [
      'save before encrypt',
      ['save', 'app.yml'],
      /token is a secret but not encrypted[\s\S]*coffer encrypt/,
    ],
  ])('%s', async (_, args, says) => {
    await expectRefusal(await createScene(aws, GOOD), args, { code: 2, secret: SECRET, says });
  });
});
