import { describe, expect, test } from 'vitest';
import { checkManifests, type Findings } from '../../../src/repo/check/check.ts';
import { NOWHERE, ON_A_DAY } from '../../support/repository.ts';

const MINE = 'account: "111122223333"\n';
const manifest = (settings: string, names: readonly string[]) =>
  `path: /zz/\nregion: us-east-1\n${settings}parameters:\n` +
  names.map((name) => `  - {name: ${name}, type: String, value: x}\n`).join('');

/** What check finds of manifests, in files named a.yml, b.yml and so on. */
async function found(
  texts: readonly string[],
  concerns: (path: string) => boolean = () => true,
): Promise<Findings> {
  const sources = texts.map((text, i) => {
    const file = `${'abc'[i]}.yml`;
    return { file, path: `/x/${file}`, bytes: Buffer.from(text) };
  });
  const snapshot = { ...NOWHERE, sources };
  return checkManifests({ ...snapshot, concerns: ([path = '']) => concerns(path) }, ON_A_DAY);
}

const both = (text: string) => text.replace(/region: .*/, 'regions: [eu-west-1, us-east-1]');

const told = ({ problems, warnings }: Findings) => ({
  problems: problems.map(({ message, place }) => `${place?.file}:${place?.line} ${message}`),
  warnings: warnings.map(({ message, place }) => `${place?.file}:${place?.line} ${message}`),
});

describe('two manifests that publish the same parameter', () => {
  test('are a problem if both name one account, told once', async () => {
    const texts = [manifest(MINE, ['k', 'own']), manifest(MINE, ['other', 'k'])];
    expect(told(await found(texts))).toEqual({
      problems: ['b.yml:6 k is also in a.yml: each sync overwrites what the other wrote'],
      warnings: [],
    });
  });

  test.each([
    ['neither names an account', '', ''],
    ['only one does', MINE, ''],
  ])('are a warning if %s, with the way to say it', async (_, one, other) => {
    const findings = await found([manifest(one, ['k']), manifest(other, ['k'])]);
    expect(findings.problems).toEqual([]);
    expect(findings.warnings).toMatchObject(
      [{ message: /^k is also in a\.yml/, hint: /coffer move a\.yml --account/ }].map(
        ({ message, hint }) => ({
          message: expect.stringMatching(message) as string,
          hint: expect.stringMatching(hint) as string,
        }),
      ),
    );
  });

  test.each([
    ['for two accounts', 'account: "111122223333"', 'account: "444455556666"'],
    ['in two regions', 'us-east-1', 'eu-west-1'],
    ['in two stores', 'account', 'store: secretsmanager\nkmskey: alias/a\naccount'],
    ['with two paths', '/zz/', '/yy/'],
  ])('are none %s', async (_, here, there) => {
    const text = manifest(MINE, ['k']);
    expect(told(await found([text, text.replace(here, there)]))).toEqual({
      problems: [],
      warnings: [],
    });
  });

  test('are found by full name and in each of several regions, named in one line', async () => {
    const above = manifest('', ['a/k1', 'a/k2', 'a/k3', 'a/k4', 'own']);
    const below = manifest('', ['k1', 'k2', 'k3', 'k4']).replace('/zz/', '/zz/a/');
    expect(told(await found([both(above), both(below)])).warnings).toEqual([
      'b.yml:4 k1, k2, k3 and 1 more are also in a.yml: each sync overwrites what the other wrote',
    ]);
  });

  test('are told of the one that is to be committed', async () => {
    const texts = [manifest(MINE, ['k']), manifest(MINE, ['k'])];
    const { files, ...findings } = await found(texts, (path) => path === '/x/a.yml');
    expect(files).toBe(1);
    expect(findings.problems.map(({ place }) => place?.file)).toEqual(['a.yml']);
    expect(told(await found(texts, () => false)).problems).toEqual([]);
  });
});
