import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/index.ts';
import { shellFile, shellWord } from '../../../src/files/shell-words.ts';
import { NASTY } from '../../support/nasty.ts';

test('a word that needs no quotes has none', () => {
  for (const word of ['app.yml', '/apps/superman/x_y-1', '../a@b:c,d+e%']) {
    expect(shellWord(word)).toBe(word);
  }
  expect(shellWord("it's mine.yml")).toBe(String.raw`'it'\''s mine.yml'`);
});

test('bash reads every word back', () => {
  const words = [
    ...Object.values(NASTY),
    '~',
    '~x',
    'a=b',
    'x y',
    '#x',
    '',
    '*',
    '{a,b}',
    '!x',
    '-x',
  ];
  const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
  const read = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(read.split('\0').slice(0, -1)).toEqual(words);
});

test('a file is never taken for a flag', () => {
  expect(shellFile('-rf.yml')).toBe('./-rf.yml');
  expect(shellFile('- x')).toBe("'./- x'");
});

const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('sandbox/'))
  .map((file) => [file, readFileSync(`src/${file}`, 'utf8')] as const);

/** The start of a command in a message, and its words up to one that is put in. */
const COMMAND = new RegExp(
  [
    String.raw`(?:coffer (?:${COMMANDS.map(({ name }) => name).join('|')}|\$\{[^}]+\})`,
    String.raw`git (?:add|diff|log|restore|rm|show)|chmod)`,
  ].join('|') +
    String.raw`(?: [\w=+-]+| \$\{[^}]*\})*? ?\$\{((?:\w+\.)*(?:file|path|folder|source|kept|pattern|first|second))\}`,
  'g',
);
/** A flag that takes a file. */
const FLAG = /--(?:allow-file|into|merge|output|file) \$\{((?:\w+\.)*\w+)\}/g;

test('every command in a message has its files as words of a shell', () => {
  const found = SOURCES.flatMap(([file, text]) =>
    [COMMAND, FLAG].flatMap((pattern) =>
      [...text.matchAll(pattern)].map(([call]) => `${file}: ${call}`),
    ),
  );
  expect(found).toEqual([]);
  const wrapped = SOURCES.flatMap(([, text]) => text.match(/\$\{shell(?:File|Word)\(/g) ?? []);
  expect(wrapped.length).toBeGreaterThan(50);
});
