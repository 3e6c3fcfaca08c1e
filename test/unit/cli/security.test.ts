import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PAGE = readFileSync('docs/security.md', 'utf8');

/** What a proof looks like: `file › title`. */
const PROOF = /`(test\/\S+\.test\.ts) › ([^`\n]+)`/g;

interface Proof {
  file: string;
  title: string;
}

const proofsIn = (text: string): Proof[] =>
  [...text.matchAll(PROOF)].map(([, file = '', title = '']) => ({ file, title }));

/** The statements below each line that says what somebody cannot do. */
const STATEMENTS = [
  ...PAGE.matchAll(/^(?:\w+ \w+ c|C)annot:\n\n((?:- .*\n(?: {2}.*\n)*)+)/gm),
].flatMap(([, list = '']) => list.split(/^- /m).slice(1));

/** Whether a text is the title of a test, of a group of tests, or of a row of test.each. */
function isTitleIn(source: string, title: string): boolean {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const quoted = escaped.replaceAll("'", "\\\\?'");
  return new RegExp(`[(\\[]\\s*(['"\`])${quoted}\\1\\s*,`).test(source);
}

test.each(STATEMENTS.map((statement) => [statement.split('\n')[0], statement] as const))(
  'docs/security.md names a test for: %s',
  (_, statement) => expect(proofsIn(statement)).not.toEqual([]),
);

test('docs/security.md names only tests that exist', () => {
  const proofs = proofsIn(PAGE);
  const missing = proofs.filter(({ file, title }) => !isTitleIn(readFileSync(file, 'utf8'), title));
  expect(missing).toEqual([]);
  // None is overlooked because it is written in another way.
  expect(proofs).toHaveLength(PAGE.match(/`test\//g)?.length ?? 0);
});

test('docs/security.md has a statement for each attacker', () => {
  const attackers = [...PAGE.matchAll(/^## (.*)\n/gm)].map(([, name = '']) => name);
  const open = new Set(['What is not protected', 'What to do when']);
  for (const name of attackers.filter((name) => !open.has(name))) {
    const section = PAGE.slice(PAGE.indexOf(`## ${name}\n`)).split(/\n## /)[0] ?? '';
    expect(section, name).toMatch(/annot:\n\n- /);
  }
  expect(attackers).toHaveLength(9 + open.size);
});
