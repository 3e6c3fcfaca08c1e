import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCall } from '../../../src/cli/command-line.ts';
import { namesOf } from '../../../src/cli/declared-flags.ts';
import { COMMANDS } from '../../../src/cli/index.ts';
import { GLOBAL_FLAGS, HELP_FLAGS } from '../../../src/cli/specs/flags.ts';

/** Programs are left out: other tests run them. So is the man page, which is made from the specs. */
const FILES = [
  'README.md',
  'CONTRIBUTING.md',
  'action.yml',
  '.pre-commit-hooks.yaml',
  ...filesIn('docs'),
  ...filesIn('examples'),
  ...filesIn('.github'),
];

/** Where a call of coffer begins: in a code span, or behind what runs it. */
const CALL =
  /(?:`|^\s*(?:\$ )?|[|;&('"] ?|npx (?:--no-install )?|exec |rights: |dist\/)(?:coffer|cli\.cjs) ([^`\n]+)/gm;

/** The help names a flag of docker. */
const FLAGS_OF_OTHERS = ['--env-file'];
const EVERY_FLAG = new Set([
  ...[GLOBAL_FLAGS, HELP_FLAGS, ...COMMANDS.map(({ flags }) => flags)].flat().flatMap(namesOf),
  ...FLAGS_OF_OTHERS,
]);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:[jt]s|1)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** The words of a call up to the end of its shell command, quotes removed. */
function wordsOf(call: string): string[] {
  const words = call.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const end = words.findIndex((word) => /^(?:[|;&#<>·]|[0-9]>)|[;)]$/.test(word));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replaceAll(/['"]/g, ''));
}

/** The calls in a file; in the prose of Markdown, coffer is a name and not a call. */
function callsIn(file: string, text: string): string[][] {
  const code = file.endsWith('.md')
    ? [...text.matchAll(/^```(?:sh|console|yaml)\n(.*?)^```|`[^`\n]+`/gms)].map(([span]) => span)
    : [text];
  return code
    .flatMap((span) => [...span.matchAll(CALL)])
    .map(([, call = '']) => wordsOf(call))
    .filter((words) => words.length > 0);
}

/**
 * Code spans of Markdown that are a command without the word coffer, such as `sync --prune`. One
 * that begins with git is a command of git's own.
 */
function spansIn(text: string): string[][] {
  const names = new Set(COMMANDS.map(({ name }) => name).filter((name) => name !== 'git'));
  return [...text.matchAll(/`([^`\n]+)`/g)]
    .map(([, span = '']) => wordsOf(span))
    .filter(([first = '']) => names.has(first));
}

/** Flags without a command: in a code span such as `--yes`, or as the action takes them. */
function flagsIn(text: string): string[] {
  return [...text.matchAll(/(?:`|flags: )(--[a-z-]+)/g)].map(([, flag = '']) => flag);
}

const DOCS = FILES.map((file) => {
  const text = readFileSync(file, 'utf8');
  const isProse = file.endsWith('.md');
  return {
    file,
    calls: [...callsIn(file, text), ...(isProse ? spansIn(text) : [])],
    flags: flagsIn(text),
  };
}).filter(({ calls, flags }) => calls.length + flags.length > 0);

test.each(DOCS)('$file calls only commands and flags that exist', ({ calls, flags }) => {
  for (const call of calls) {
    expect(() => readCall(call), `coffer ${call.join(' ')}`).not.toThrow();
  }
  expect(flags.filter((flag) => !EVERY_FLAG.has(flag))).toEqual([]);
});

test('finds the calls in docs and examples', () => {
  const callsOf = (name: string) => DOCS.find(({ file }) => file === name)?.calls;
  expect(callsOf('README.md')).toContainEqual(['diff', 'app.yml']);
  expect(callsOf('docs/policy.md')).toContainEqual(['policy', 'app.yml', '--for', 'ci']);
  expect(callsOf('examples/ci/gitlab/.gitlab-ci.yml')).toContainEqual(['check']);
  expect(DOCS.length).toBeGreaterThan(15);
});
