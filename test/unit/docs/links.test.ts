import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, linksOf } from '../../support/docs/links.ts';

const PAGES = [
  ...pagesIn('.', false),
  ...['docs', 'examples', 'test/vectors', 'bench'].flatMap((folder) => pagesIn(folder, true)),
];

function pagesIn(folder: string, recursive: boolean): string[] {
  return readdirSync(folder, { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** What is wrong with a link of a page; undefined if it leads somewhere. */
function faultOf(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) {
    return URL.canParse(target) && /^(?:https|mailto):/.test(target)
      ? undefined
      : 'is not an https address';
  }
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(file)) return `leads to ${file}, which does not exist`;
  if (anchor === undefined || /^L\d+$/.test(anchor)) return undefined;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor)
    ? undefined
    : `leads to a heading that ${file} does not have`;
}

test.each(PAGES)('the links of %s lead somewhere', (page) => {
  const faults = linksOf(readFileSync(page, 'utf8')).flatMap(({ line, target }) => {
    const fault = faultOf(page, target);
    return fault === undefined ? [] : [`${page}:${line}: ${target} ${fault}`];
  });
  expect(faults).toEqual([]);
});

test('a link that leads nowhere is found', () => {
  expect(faultOf('README.md', 'docs/missing.md')).toContain('does not exist');
  expect(faultOf('README.md', 'docs/format.md#missing')).toContain('does not have');
  expect(faultOf('README.md', '#missing')).toContain('does not have');
  expect(faultOf('README.md', 'http://example.com')).toContain('https');
  expect(faultOf('README.md', 'https://')).toContain('https');
  expect(faultOf('docs/aws.md', '../README.md#license')).toBeUndefined();
  expect(
    linksOf('[a](b.md#c "title"), `[no](no.md)`\n\n```\n[no](no.md)\n```\n\n[d]: e.md'),
  ).toEqual([
    { line: 1, target: 'b.md#c' },
    { line: 7, target: 'e.md' },
  ]);
});

test('anchors are those of GitHub', () => {
  const text =
    '# The `kms:Decrypt` right, *twice*\n## One\n### One\n## [A link](x.md) & more\n```\n# no\n```\n';
  expect([...anchorsOf(text)]).toEqual([
    'the-kmsdecrypt-right-twice',
    'one',
    'one-1',
    'a-link--more',
  ]);
});

test('all pages are looked at, and they have links', () => {
  expect(PAGES).toEqual(
    expect.arrayContaining(['README.md', 'docs/aws.md', 'examples/app/README.md']),
  );
  const links = PAGES.flatMap((page) => linksOf(readFileSync(page, 'utf8')));
  expect(links.length).toBeGreaterThan(100);
});

test('the index names every page of docs', () => {
  const index = readFileSync('docs/README.md', 'utf8');
  const named = new Set(linksOf(index).map(({ target }) => target));
  const pages = pagesIn('docs', false).map((page) => page.replace('docs/', ''));
  expect(pages.filter((page) => page !== 'README.md' && !named.has(page))).toEqual([]);
});
