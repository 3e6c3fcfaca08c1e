import { describe, expect, test } from 'vitest';
import { checkArguments, readCall } from '../../../src/cli/command-line.ts';
import { COMMANDS } from '../../../src/cli/index.ts';
import { CofferError } from '../../../src/errors.ts';

/** The error of a call: its message and hint. */
function refusalOf(...words: string[]): string {
  try {
    const { spec, args } = readCall(words);
    if (spec) checkArguments(spec, args);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    expect(error.code).toBe('usage');
    return `${error.message}; ${error.hint}`;
  }
  throw new Error(`coffer ${words.join(' ')} was taken`);
}

test.each(COMMANDS.map(({ name }) => [name]))('%s refuses unknown flags', (name) => {
  for (const flag of ['--bogus', '--bogus=x', '-Z', '--no-bogus', '--__proto__', '--constructor']) {
    expect(refusalOf(name, flag)).toContain(
      `unknown flag ${flag.replace('=x', '')} for coffer ${name}`,
    );
  }
  expect(refusalOf(name, '--regoin', 'x')).toContain('did you mean --region?');
  expect(refusalOf(name, '--quiet=no')).toContain('--quiet does not take a value');
  expect(refusalOf(name, '--region')).toContain('--region needs a value');
});

describe('suggests what was probably meant:', () => {
  test.each([
    [['encrpyt', 'app.yml'], 'did you mean encrypt?'],
    [['--help', 'encrpyt'], 'did you mean encrypt?'],
    [['sycn', '--bogus'], 'did you mean sync?'],
    [['frobnicate'], 'coffer help lists the commands'],
    [['diff', 'a.yml', '--format', 'markdwon'], 'did you mean markdown?'],
    [['diff', 'a.yml', '--format=xml'], 'use text, json or markdown'],
    [['set', 'a.yml', 'n', '--type', 'SecretString'], 'did you mean SecureString?'],
    [['completion', 'bsh'], 'did you mean bash?'],
    [['completion', 'csh-like'], 'bash, zsh or fish'],
    [['--jsno'], 'did you mean --json?'],
    [['sync', '--dryrun', 'a.yml'], 'did you mean --dry-run?'],
    [['sync', '-y', 'a.yml'], 'did you mean --yes?'],
    [['sync', '-yes', 'a.yml'], 'did you mean --yes?'],
    [['get', '/a', '-R', 'x'], 'did you mean -r?'],
    [['get', '/a', '-output', 'x'], 'did you mean --output?'],
    [['get', '/a', '-region=x'], 'did you mean --region?'],
    [['get', '-O', 'put', '/a'], 'the command says what to do'],
  ])('%j', (words, hint) => expect(refusalOf(...words)).toContain(hint));
});

test.each([
  ['ls', 'list'],
  ['rm', 'unset'],
  ['plan', 'diff'],
  ['apply', 'sync'],
  ['list-versions', 'history'],
  ['dump', 'export'],
])('%s is another name of %s', (alias, name) => {
  expect(readCall([alias, 'a.yml']).spec?.name).toBe(name);
  expect(readCall(['help', alias])).toMatchObject({ isHelp: true, spec: { name } });
  expect(COMMANDS.filter((command) => command.name === alias)).toEqual([]);
});

test.each([
  ['dump /a/', 'aws'],
  ['dump a.yml --from manifest', 'manifest'],
  ['export a.yml', undefined],
])('%s reads from %s', (call, source) => {
  expect(readCall(call.split(' ')).flags.string('from')).toBe(source);
});

test.each(['-O', '--operation', '-o'])(
  'takes the operation of s3-kms-ssm-secrets by %s',
  (flag) => {
    for (const name of ['put', 'get']) {
      const { spec, args, flags } = readCall([flag, name, '-p', '/a', '-r', 'us-west-2']);
      expect({ name: spec?.name, args, path: flags.string('path') }).toEqual({
        name,
        args: [],
        path: '/a',
      });
      expect(flags.string('output')).toBeUndefined();
    }
    // A file may have such a name.
    expect(readCall(['get', '/a', '-o', 'put']).flags.string('output')).toBe('put');
  },
);

test.each([
  [['set', 'a.yml'], 'coffer set needs a name'],
  [['set'], 'coffer set needs a manifest'],
  [['import'], 'coffer import needs a source'],
  [['completion'], 'coffer completion needs bash, zsh or fish'],
  [['history', '/a', '/b'], 'coffer history does not take /b'],
  [['set', 'a.yml', 'n', 'a value'], 'does not take more arguments; pass a value by'],
  [['set', 'a.yml', 'n', '--', 'a value'], 'does not take more arguments; pass a value by'],
])('counts arguments: %j', (words, says) => {
  expect(refusalOf(...words)).toContain(says);
  expect(refusalOf(...words)).not.toContain('a value;');
});

describe('takes a call as it was typed:', () => {
  test('does not turn values into numbers', () => {
    const { flags } = readCall(['get', '-o', '0123', '--region=1e3']);
    expect([flags.string('output'), flags.string('region')]).toEqual(['0123', '1e3']);
  });

  test('accepts - as a value', () => {
    expect(readCall(['get', '/a', '-o', '-']).flags.string('output')).toBe('-');
  });

  test('accepts empty text, but no empty names or paths', () => {
    expect(readCall(['put', '-e=']).flags.string('extension')).toBe('');
    expect(readCall(['set', '--description', '']).flags.string('description')).toBe('');
    expect(refusalOf('sync', 'a.yml', '--only', '')).toContain(
      'the value is empty: is a variable unset?',
    );
    expect(refusalOf('sync', 'a.yml', '--region=')).toContain('--region needs a value');
  });

  test('takes text that begins with a dash after an equals sign', () => {
    expect(refusalOf('set', '--description', '-x')).toContain('begins with - as --description=…');
    expect(readCall(['set', '--description=-x']).flags.string('description')).toBe('-x');
  });

  test('refuses a single-value flag given twice, by either name', () => {
    const { flags } = readCall(['set', '-f', 'a', '--from-file', 'b']);
    expect(() => flags.string('fromFile')).toThrow('--from-file is given 2 times');
  });

  test('accepts a declared value in any letter case', () => {
    const { flags } = readCall(['set', 'a.yml', 'n', '--type=securestring']);
    expect(flags.string('type')).toBe('SecureString');
  });

  test('accepts global flags before the command', () => {
    const { spec, args, flags } = readCall(['-r', 'eu-west-1', '--json', 'diff', 'a.yml']);
    expect([spec?.name, args, flags.string('region')]).toEqual(['diff', ['a.yml'], 'eu-west-1']);
    expect(flags.boolean('json')).toBe(true);
  });

  test('words after -- are a command for commands that run one, and arguments for others', () => {
    expect(readCall(['sandbox', '--', 'ls', '--json'])).toMatchObject({
      args: [],
      rest: ['ls', '--json'],
    });
    expect(readCall(['diff', 'a.yml', '--', '-b.yml'])).toMatchObject({
      args: ['a.yml', '-b.yml'],
      rest: [],
    });
  });

  test('reads -O put as put', () => {
    for (const words of [
      ['-O', 'put'],
      ['-O=put'],
      ['-p', 'x', '--operation=put'],
      ['-Oput'],
      ['--json', '-O', 'put'],
    ]) {
      expect(readCall(words).spec?.name).toBe('put');
    }
  });
});
