import { describe, expect, test } from 'vitest';
import { readPage } from '../../support/docs/page.ts';
import { isShown, isShownJson } from '../../support/docs/shown.ts';

const PRINTED = `created the KMS key arn:aws:kms:us-east-1:111122223333:key/a7b1b5ef-7984-42e4-bd6e-748c9d2e3632
VERSION  MODIFIED             VALUE
1        2026-11-27 09:25:35  ENC[v1,f7d4de1e,b8ea61b6,H0CmCMT8n/bRDIab]
app.blobs/tls-keystore-b16a78.enc, 100016 bytes
  + api_token     SecureString, up to 31 B
`;

describe('what a page shows', () => {
  test('is what was printed, whatever differs from run to run', () => {
    expect(isShown(PRINTED, PRINTED)).toBe(true);
    const other = PRINTED.replaceAll('a7b1b5ef', '00000000')
      .replaceAll('2026-11-27 09:25:35', '2027-01-02 10:00:01')
      .replaceAll('v1,f7d4de1e', '…')
      .replaceAll('b16a78', '123456');
    expect(isShown(other, PRINTED)).toBe(true);
  });

  test('is not the same with any line changed, missing, added or moved', () => {
    const lines = PRINTED.trimEnd().split('\n');
    for (const [i, line] of lines.entries()) {
      const first = /[a-z]{4}/.exec(line)?.[0] ?? line.slice(0, 2);
      const changed = lines.with(i, line.replace(first, 'another'));
      const without = lines.toSpliced(i, 1);
      const twice = lines.toSpliced(i, 0, line);
      const moved = [...without.slice(1), line, ...without.slice(0, 1)];
      for (const altered of [changed, without, twice, moved]) {
        expect(isShown(altered.join('\n'), PRINTED), altered.join('\n')).toBe(false);
      }
    }
  });

  test.each([
    ['a number', '100016', '100017'],
    ['an account', '111122223333', '111122223334'],
    ['an amount', '31 B', '32 B'],
    ['the indentation', '  + ', '    + '],
  ])('counts %s', (_, before, after) => {
    expect(isShown(PRINTED.replace(before, after), PRINTED)).toBe(false);
  });

  test('may leave out part of a line, and whole lines', () => {
    expect(isShown('one … three', 'one two three')).toBe(true);
    expect(isShown('one … four', 'one two three')).toBe(false);
    expect(isShown('one\n…\nfour', 'one\ntwo\nthree\nfour\n')).toBe(true);
    expect(isShown('one\n…', 'one\n')).toBe(true);
    expect(isShown('one\n…\nthree', 'one\ntwo\nthree\nfour\n')).toBe(false);
    expect(isShown('…', '')).toBe(true);
    expect(isShown('', 'one\n')).toBe(false);
  });
});

test('JSON is the same in any order of keys and on any lines, and in nothing else', () => {
  const printed = '{"version":1,"list":[{"a":1,"b":"2026-01-01"},{"a":2}]}\n';
  const shown = '{\n  "list": [{ "b": "2027-01-01", "a": 1 }, { "a": 2 }],\n  "version": 1\n}\n';
  expect(isShownJson(shown, printed)).toBe(true);
  for (const [before, after] of [
    ['"a": 1', '"a": 3'],
    [', { "a": 2 }', ''],
    ['"list"', '"lists"'],
    ['"version": 1', '"version": "1"'],
    ['{ "b": "2027-01-01", "a": 1 }, { "a": 2 }', '{ "a": 2 }, { "b": "2027-01-01", "a": 1 }'],
  ] as const) {
    expect(isShownJson(shown.replace(before, after), printed), before).toBe(false);
  }
});

describe('a page', () => {
  test('is read as the commands of its reader, in order, with what is shown below each', () => {
    const page = readPage(`# Title
<!-- start: empty -->

<!-- file: app.yml -->

\`\`\`yaml
path: /app/
\`\`\`

- In a list:

  \`\`\`console
  $ coffer diff app.yml \\
      --exit-code
  app.yml → /app/
    + one
  $ true
  \`\`\`

<!-- run:
first
second
-->

\`\`\`sh
coffer sync app.yml   # asks
# a comment
coffer get \\
  /app/one
\`\`\`

\`\`\`sh
npm install
\`\`\`

\`\`\`yaml
not: saved
\`\`\`
`);
    expect(page.startsEmpty).toBe(true);
    expect(page.steps.map(({ line, commands }) => [line, commands])).toEqual([
      [6, 0],
      [13, 1],
      [17, 1],
      [20, 0],
      [25, 2],
    ]);
    const [file, diff, nothing, hidden, sh] = page.steps;
    expect(file?.script).toContain("cat > app.yml <<'END_OF_FILE'\npath: /app/\nEND_OF_FILE\n");
    expect(diff).toMatchObject({
      script: 'coffer diff app.yml \\\n    --exit-code\n',
      shown: 'app.yml → /app/\n  + one\n',
    });
    expect(nothing).toMatchObject({ script: 'true\n', shown: '' });
    expect(hidden).toMatchObject({ script: 'first\nsecond\n' });
    expect(sh).not.toHaveProperty('shown');
  });

  test('shows the JSON of a call, unless it is an excerpt', () => {
    const json = '\n\n```json\n{}\n```\n';
    const { steps } = readPage(
      `\`coffer list --json\`${json}\n\`coffer doctor --json\`\n\n<!-- excerpt -->${json}`,
    );
    expect(steps).toEqual([
      expect.objectContaining({ line: 1, shown: '{}\n', isJson: true, commands: 1 }),
    ]);
  });

  test('cannot show output without a command', () => {
    expect(() => readPage('```console\nno command\n```\n')).toThrow('begins with a command');
  });
});
