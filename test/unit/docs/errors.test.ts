import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../../src/cli/exit-code.ts';
import { CofferError, type ErrorCode } from '../../../src/errors.ts';

/** The compiler counts them: none is missing, and there are no others. */
const CODES = {
  usage: true,
  manifest: true,
  source: true,
  disk: true,
  plaintext: true,
  tampered: true,
  key: true,
  denied: true,
  credentials: true,
  network: true,
  'not-found': true,
  oversize: true,
  conflict: true,
  locked: true,
  partial: true,
  'no-command': true,
  'not-executable': true,
  declined: true,
  interrupted: true,
  aws: true,
} as const satisfies Record<ErrorCode, true>;

const [, ...SECTIONS] = readFileSync('docs/errors.md', 'utf8')
  .split(/^## /m)
  .map((section) => [section.slice(0, section.indexOf('\n')), section] as const);

const SOURCE = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
  .join('\n')
  .replaceAll(/\\(['"`])/g, '$1');

test('every error code has its section, and no section lacks a code', () => {
  expect(SECTIONS.map(([code]) => code).sort()).toEqual(Object.keys(CODES).sort());
});

test.each(SECTIONS)('the section of %s says how coffer exits, and what to do', (code, section) => {
  const exit = exitCodeOf(new CofferError(code as ErrorCode, ''));
  expect(section).toMatch(new RegExp(`Exit\\s+code ${exit}\\b`));
  expect(section).toContain('**What to do:**');
});

test.each(SECTIONS)('the messages in the section of %s are those of the source', (_, section) => {
  const lists = section.match(/^- .*$/gm) ?? [];
  const messages = lists.flatMap((line) => (line.split(': ')[0] ?? '').match(/`[^`]+`/g) ?? []);
  const parts = messages.flatMap((message) => message.slice(1, -1).split('…'));
  const words = parts.map((part) => part.trim()).filter((part) => /\w{3}/.test(part));
  expect(words.length).toBeGreaterThan(0);
  expect(words.filter((part) => !SOURCE.includes(part))).toEqual([]);
});
