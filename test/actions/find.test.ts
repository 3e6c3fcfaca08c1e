import { describe, expect, test } from 'vitest';
import { find } from '../../src/actions/find.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { coffer } from '../support/cli.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createRepository, sealedBlob, sealedManifest } from '../support/repository.ts';
import { createTestHost } from '../support/tools.ts';

const SECRET = createCanary();

function manifest(path: string, parameters: string, top = ''): string {
  return `path: ${path}\nregion: us-east-1\nkmskey: alias/app\nbucket: app\n${top}parameters:\n${parameters}`;
}

const PARAMETERS = `  - {name: db/password, type: SecureString, value: ${SECRET}}
  - {name: db/user, type: String, value: ${SECRET}}
  - {name: tls-key.p12, type: SecureString, file: key.p12}
  - {name: pin, type: SecureString, generate: {length: 9}}
`;

const ONE_SECRET = 'store: secretsmanager\nsecret: apps/one\n';

/** A repository with manifests in folders, one of them broken. */
function createManifests() {
  return createRepository({
    'dev.yml': manifest('/dev/', PARAMETERS),
    'deep/prod.yml': manifest('/prod/', PARAMETERS),
    'secrets.yml': manifest(
      '/sm/',
      '  - {name: db/password, type: SecureString, value: x}\n',
      'store: secretsmanager\n',
    ),
    'one.yml': manifest('/one/', '  - {name: smtp/user, type: String, value: x}\n', ONE_SECRET),
    'broken.yml': manifest('/broken/', '  - {name: db/password}\n'),
    'ignored.yml': manifest('/ignored/', PARAMETERS),
    '.gitignore': 'ignored.yml\n',
  });
}

/** What is found, as file, line and full name; and what the host was told. */
async function findIn(folder: string, pattern: string, files: readonly string[] = []) {
  const { host, said } = createTestHost();
  const report = await find({ host }, pattern, files, { folder });
  expectReportOf('find', report);
  expectHidden(SECRET, { report: JSON.stringify(report) });
  const found = report.parameters.map(({ file, line, fullName }) => `${file}:${line} ${fullName}`);
  return { found, report, said };
}

const PASSWORDS = ['deep/prod.yml:6 /prod/db/password', 'dev.yml:6 /dev/db/password'];

describe('finds a parameter', () => {
  test.each<[how: string, pattern: string, found: string[]]>([
    ['by its name', 'db/password', [...PASSWORDS, 'secrets.yml:7 sm/db/password']],
    ['by its full name', '/dev/db/password', ['dev.yml:6 /dev/db/password']],
    ['by its name in Secrets Manager', 'sm/db/password', ['secrets.yml:7 sm/db/password']],
    ['by the secret that holds all', 'apps/one', ['one.yml:8 apps/one']],
    [
      'by its variable',
      'TLS_KEY_P12',
      ['deep/prod.yml:8 /prod/tls-key.p12', 'dev.yml:8 /dev/tls-key.p12'],
    ],
    [
      'by the beginning of its name',
      'tls*',
      ['deep/prod.yml:8 /prod/tls-key.p12', 'dev.yml:8 /dev/tls-key.p12'],
    ],
    ['by a part of its full name', '/prod/*user', ['deep/prod.yml:7 /prod/db/user']],
    ['by a part of its variable', 'DB_*D', [...PASSWORDS, 'secrets.yml:7 sm/db/password']],
  ])('%s', async (_, pattern, expected) => {
    const { folder } = await createManifests();
    const { found, said } = await findIn(folder, pattern);
    expect(found.toSorted()).toEqual(expected);
    expect(said.warnings).toEqual([
      {
        message: 'broken.yml is left out: it cannot be read',
        hint: 'coffer check broken.yml says why',
      },
    ]);
  });

  test('in the named files alone, none of which may be broken', async () => {
    const { folder } = await createManifests();
    const { found, said } = await findIn(folder, 'db/password', ['dev.yml']);
    expect(found).toEqual(['dev.yml:6 /dev/db/password']);
    expect(said.warnings).toEqual([]);
    const error = await failureOf(() => findIn(folder, 'db/password', ['dev.yml', 'broken.yml']));
    expect(error).toMatchObject({ code: 'manifest', place: { file: 'broken.yml' } });
  });

  test('and says what its manifest has of its value', async () => {
    const blob = sealedBlob('large', 'x'.repeat(40));
    const ciphertext = Buffer.alloc(64, 1).toString('base64');
    const psyml = `  - {name: old, type: securestring, value: ${ciphertext}}\n`;
    const { folder } = await createRepository({
      'a.yml': manifest('/app/', PARAMETERS),
      'b.yml': sealedManifest(blob),
      'c.yml': manifest('/app/', psyml, 'encrypted_with: alias/x\n'),
    });
    const { report } = await findIn(folder, '*');
    expect(report.parameters.map(({ name, type, state }) => [name, type, state])).toEqual([
      ['db/password', 'SecureString', 'plain'],
      ['db/user', 'String', 'plain'],
      ['tls-key.p12', 'SecureString', 'file'],
      ['pin', 'SecureString', 'generate'],
      ['sealed', 'SecureString', 'encrypted'],
      ['large', 'SecureString', 'blob'],
      ['old', 'SecureString', 'psyml'],
    ]);
  });
});

describe('says what was probably meant', () => {
  test.each([
    ['password', 'did you mean db/password?'],
    ['db_user', 'did you mean db/user?'],
    ['db/pasword', 'did you mean db/password?'],
    ['/dev/db/usr', 'did you mean /dev/db/user?'],
    ['TLS_KEY_P21', 'did you mean TLS_KEY_P12?'],
    ['s', 'did you mean db/password, db/user, tls-key.p12?'],
    ['nothing-like-it', "coffer find '*' lists all names"],
  ])('for %s', async (pattern, hint) => {
    const { folder } = await createRepository({
      'dev.yml': manifest('/dev/', PARAMETERS),
      'prod.yml': manifest('/prod/', PARAMETERS),
    });
    expect(await failureOf(() => findIn(folder, pattern))).toMatchObject({
      code: 'not-found',
      message: `none of 2 manifests has a parameter ${pattern}`,
      hint,
    });
    const error = await failureOf(() => findIn(folder, pattern, ['dev.yml']));
    expect(error.message).toBe(`dev.yml has no parameter ${pattern}`);
  });

  test('where no manifest can be read', async () => {
    const { folder } = await createRepository({
      'a.yml': manifest('/a/', '  - {name: x}\n'),
      'b.yml': manifest('/b/', '  - {name: x}\n'),
    });
    const error = await failureOf(() => findIn(folder, 'x'));
    expect(error).toMatchObject({ code: 'manifest', place: { file: 'a.yml' } });
    expect(error.problems.map(({ place }) => place?.file)).toContain('b.yml');
  });

  test('where there is no manifest, or no name', async () => {
    const { folder } = await createRepository({ 'other.yml': 'a: b\n' });
    expect(await failureOf(() => findIn(folder, 'x'))).toMatchObject({
      code: 'not-found',
      message: 'there are no manifests here',
    });
    expect((await failureOf(() => findIn(folder, ''))).code).toBe('usage');
  });
});

describe('the command', () => {
  test('prints a table, and shows no value', async () => {
    const { folder: cwd } = await createManifests();
    const { code, stdout, stderr } = await coffer(['find', 'db*', 'dev.yml', 'one.yml'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.toString()).toBe(
      'WHERE      NAME              TYPE          STATE\n' +
        'dev.yml:6  /dev/db/password  SecureString  plain, not encrypted\n' +
        'dev.yml:7  /dev/db/user      String        plain\n',
    );
    const one = await coffer(['find', 'SMTP_USER', 'one.yml'], { cwd });
    expect(one.stdout.toString()).toContain('one.yml:8  apps/one: smtp/user  String  plain\n');
    const all = await coffer(['find', '*', '--debug'], { cwd });
    expectHidden(SECRET, { stdout: all.stdout, stderr: all.stderr });
  });

  test('exits 1 without a match, and says so if the file comes first', async () => {
    const { folder: cwd } = await createManifests();
    const none = await coffer(['find', 'nothing'], { cwd });
    expect({ code: none.code, stdout: none.stdout.toString() }).toEqual({ code: 1, stdout: '' });
    const swapped = await coffer(['find', 'dev.yml', 'db/user'], { cwd });
    expect(swapped.code).toBe(2);
    expect(swapped.stderr).toContain('hint: coffer find db/user dev.yml\n');
  });

  test('takes folders, patterns and standard input', async () => {
    const app = await createManifests();
    for (const file of ['deep', 'de*/*.yml', '-']) {
      const stdin = manifest('/prod/', PARAMETERS);
      const { code, stdout, stderr } = await coffer(['find', 'pin', file], {
        cwd: app.folder,
        stdin,
      });
      expect(code, stderr).toBe(0);
      expect(stdout.toString()).toContain('/prod/pin  SecureString  not generated yet\n');
    }
  });
});
