import { describe, expect, test } from 'vitest';
import { parse, withParameter as P } from './samples.ts';
import { problemsOf, testProblems } from './problem-cases.ts';

const HEAD = 'path: /a/\nregion: us-east-1\nkmskey: alias/a\n';
const SECRETS = `${HEAD}store: secretsmanager\n`;
const ONE = `${SECRETS}secret: prod/a\n`;
const TEXT = 'type: String\nvalue: x';

const named = (name: string, top: string) => P(TEXT, top).replace('name: p', `name: ${name}`);

/** The problems, without their hints. */
const messagesOf = (text: string) => problemsOf(text).map((line) => line.split(' | ')[0]);

test('a manifest for Secrets Manager', () => {
  const top = `${ONE}description: For superman.\nreplicas: [eu-west-1]\n`;
  expect(parse(P(TEXT, top))).toMatchObject({
    store: 'secretsmanager',
    secret: 'prod/a',
    description: 'For superman.',
    replicas: ['eu-west-1'],
    destination: { secret: 'prod/a' },
  });
  expect(parse(P(TEXT, HEAD))).toMatchObject({ store: 'ssm', secret: undefined, replicas: [] });
});

testProblems('the store', [
  [
    'of one parameter alone',
    P(`${TEXT}\nstore: secretsmanager`, HEAD),
    [
      '8:12 parameter "p": one parameter alone cannot go to Secrets Manager | write "store: secretsmanager" at the top, for all parameters, or use a manifest of its own',
    ],
  ],
  [
    'that nobody knows',
    P(TEXT, `${HEAD}store: vault\n`),
    ['4:8 "store" must be ssm or secretsmanager | for example: ssm'],
  ],
]);

describe('without store: secretsmanager', () => {
  test.each([
    ['secret', 'secret: prod/a'],
    ['description', 'description: x'],
    ['replicas', 'replicas: [eu-west-1]'],
  ])('%s is refused', (key, line) => {
    expect(problemsOf(P(TEXT, `${HEAD}${line}\n`))).toEqual([
      `4:1 "${key}" is for Secrets Manager alone | add "store: secretsmanager" at the top, or remove it`,
    ]);
  });
});

describe('in Secrets Manager', () => {
  test.each([
    ['tier', 'Advanced'],
    ['store', 's3'],
    ['extension', '.tar'],
    ['allowed_pattern', 'x'],
    ['data_type', 'text'],
    [
      'policies',
      '[{Type: NoChangeNotification, Version: "1.0", Attributes: {After: 1, Unit: Days}}]',
    ],
  ])('a parameter has no %s', (key, value) => {
    expect(messagesOf(P(`${TEXT}\n${key}: ${value}`, SECRETS))).toEqual([
      `9:${key.length + 7} parameter "p": "${key}" has no meaning where the store is secretsmanager`,
    ]);
  });

  test('a key of one secret has no tags of its own', () => {
    expect(messagesOf(P(`${TEXT}\ntags: {a: b}`, ONE))).toEqual([
      '10:5 parameter "p": "tags" of one parameter, but all are in one secret',
    ]);
    expect(problemsOf(P(`${TEXT}\ntags: {a: b}`, SECRETS))).toEqual([]);
  });

  test('a description at the top needs a secret', () => {
    expect(messagesOf(P(TEXT, `${SECRETS}description: x\n`))).toEqual([
      '5:1 "description" at the top is for the one secret that "secret" names',
    ]);
  });

  test.each(['prod/a b', 'ä', 's'.repeat(513), '""'])('a secret is not named %j', (secret) => {
    const [message] = messagesOf(P(TEXT, `${SECRETS}secret: ${secret}\n`));
    expect(message).toMatch(/^5:9 "secret" must be the name of a secret/);
  });

  test('names have 512 characters at most, and no levels', () => {
    const longest = 'n'.repeat(512 - 'a/'.length);
    expect(problemsOf(named(longest, SECRETS))).toEqual([]);
    expect(problemsOf(named(`n${longest}`, ONE))).toEqual([]);
    expect(problemsOf(named(`${'n/'.repeat(30)}n`, SECRETS))).toEqual([]);
    expect(messagesOf(named(`n${longest}`, SECRETS))[0]).toContain(
      'its name is too long: Secrets Manager allows 512 characters',
    );
  });

  test('replicas are in other regions, which have the key', () => {
    const replicas = 'replicas: [eu-west-1]\n';
    expect(messagesOf(P(TEXT, `${ONE}replicas: [us-east-1]\n`))).toEqual([
      '6:11 "replicas" names us-east-1, where the secrets are anyway',
    ]);
    const arn = 'arn:aws:kms:us-east-1:111122223333:key/';
    const withKey = (key: string) => P(TEXT, ONE.replace('alias/a', key) + replicas);
    expect(messagesOf(withKey(`${arn}0a1b2c3d-0000-4000-8000-000000000000`))).toEqual([
      '3:9 "kmskey" is a key that the regions of "replicas" do not have',
    ]);
    expect(problemsOf(withKey(`${arn}mrk-${'0'.repeat(32)}`))).toEqual([]);
  });
});
