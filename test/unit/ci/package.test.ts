import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linksOf } from '../../support/docs/links.ts';

const { name, version, repository, homepage, bugs, files, man } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as {
  name: string;
  version: string;
  repository: { url: string };
  homepage: string;
  bugs: string;
  files: string[];
  man: string;
};
const address = repository.url.replace(/^git\+|\.git$/g, '');

/** Every text of the repository that can name the package, but for the locks of other packages. */
const TEXTS = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  .toString()
  .split('\0')
  .filter((file) => /\.(?:[cm]?[jt]s|ya?ml|md)$|file$|^\.ci\/|^package.*\.json$/.test(file))
  .filter((file) => !file.startsWith('test/unit/ci/') && existsSync(file))
  .map((file) => [file, readFileSync(file, 'utf8')] as const);

/** What a pattern with one group finds in all texts, with the file of each. */
function findAll(pattern: RegExp): [string, string][] {
  return TEXTS.flatMap(([file, text]) =>
    [...text.matchAll(pattern)].map(([, found = '']): [string, string] => [file, found]),
  );
}

describe('the name of the package', () => {
  test.each<[string, RegExp]>([
    ['imports', /\bfrom ['"](coffer[\w-]*)['"]/g],
    ['the lock', /^ {2,6}"name": "(coffer[\w-]*)"/gm],
    ['folders of node_modules', /node_modules\/(coffer[\w-]*)\/(?!dist\/chunk)/g],
    ['installations', /npm (?:install|i|add)(?: -\S+)* ((?:@[\w-]+\/)?coffer[\w-]*)(?=\s)/g],
  ])('is the same in %s', (_, pattern) => {
    const found = findAll(pattern);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(([, text]) => text !== name)).toEqual([]);
  });

  test('is the same in tarballs, with the version', () => {
    const found = findAll(/\b(coffer-[\w.-]+)\.tgz\b/g);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(([, text]) => text !== `${name}-${version}`)).toEqual([]);
  });

  test('nothing runs a package that npx would download', () => {
    const found = findAll(
      /\b((?:npx|npm exec|npm x|bunx|pnpm dlx|yarn dlx)\s(?:-\S+\s)*coffer)\b/g,
    );
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(([, call]) => call !== 'npx --no-install coffer')).toEqual([
      ['docs/installing.md', 'npx coffer'], // the page warns of it
    ]);
  });
});

test('the address of the repository is the same everywhere', () => {
  expect([homepage, bugs]).toEqual([`${address}#readme`, `${address}/issues`]);
  expect(address).toMatch(/^https:\/\/github\.com\/[\w-]+\/coffer$/);
  const found = [
    ...findAll(/(https:\/\/github\.com\/[\w-]+\/coffer)\b(?!-)/g),
    ...findAll(/uses: ([\w-]+\/coffer)@/g).map(([file, slug]): [string, string] => [
      file,
      `https://github.com/${slug}`,
    ]),
  ];
  expect(found.length).toBeGreaterThan(5);
  expect(found.filter(([, text]) => text !== address)).toEqual([]);
});

/** What npm packs: `files` of package.json, and what it always takes. */
const PACKED = [...files, 'README.md', 'LICENSE', 'package.json'].map(
  (entry) => new RegExp(`^${entry.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(?:/|$)`),
);

/** The relative links of a page, as paths of the repository. */
function pathsIn(file: string, text: string): string[] {
  return linksOf(text)
    .map(({ target }) => target.replace(/#.*/, ''))
    .filter((path) => path !== '' && !/^[a-z]+:/.test(path))
    .map((path) => normalize(join(dirname(file), path)).replace(/\/$/, ''));
}

test('npm finds the man page in the package', () => {
  expect(existsSync(man)).toBe(true);
  expect(PACKED.some((entry) => entry.test(normalize(man)))).toBe(true);
});

describe('what the pages of the package link to', () => {
  const pages = TEXTS.filter(
    ([file]) => file.endsWith('.md') && PACKED.some((entry) => entry.test(file)),
  );
  test.each(pages)('%s: is there, and in the package', (file, text) => {
    // Only people with a clone read how the source is built.
    const source = file === 'README.md' ? /^$/ : /^(?:src|\.ci)\//;
    const links = pathsIn(file, text).filter((link) => !source.test(link));
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
    expect(links.filter((link) => !PACKED.some((entry) => entry.test(link)))).toEqual([]);
  });

  test('README has links', () => {
    const [, text = ''] = pages.find(([file]) => file === 'README.md') ?? [];
    expect(pathsIn('README.md', text)).toContain('docs/installing.md');
  });
});
