import { expect, test } from 'vitest';
import { checkManifests } from '../../../src/repo/check/check.ts';
import { NOWHERE, sealedManifest } from '../../support/repository.ts';

const secret = (name: string, lines: string) =>
  `  - {name: ${name}, type: SecureString, ${lines}, value: x}\n`;

/** What check finds of ages on 2 April 2026. */
async function found(parameters: string, overdue = false) {
  const bytes = Buffer.from(sealedManifest(parameters));
  const source = { file: 'app.yml', path: '/x/app.yml', bytes };
  const judging = { today: '2026-04-02', overdue };
  const findings = await checkManifests({ ...NOWHERE, sources: [source] }, judging);
  const [problems, warnings] = [findings.problems, findings.warnings].map((list) =>
    list.flatMap(({ message, hint }) =>
      message.includes('not encrypted') ? [] : [`${message} | ${hint}`],
    ),
  );
  return { problems, warnings };
}

const LATE = secret('late', 'max_age: 90d, changed: 2026-01-01');
const IS_LATE =
  'late is overdue: it was due on 2026-04-01, is 91 days old, and its max_age is 90d | coffer set app.yml late';

test('a secret past its max_age is a warning, with --overdue a problem', async () => {
  expect(await found(LATE)).toEqual({ problems: [], warnings: [IS_LATE] });
  expect(await found(LATE, true)).toEqual({ problems: [IS_LATE], warnings: [] });
});

test('the hint says how to change the value', async () => {
  const { warnings } = await found(
    '  - {name: made, type: SecureString, max_age: 1w, changed: 2026-01-01, generate: {length: 9}}\n' +
      '  - {name: read, type: SecureString, max_age: 1w, changed: 2026-01-01, file: x.pem}\n',
  );
  expect(warnings).toEqual([
    expect.stringMatching(/^made is overdue: .* \| coffer rotate app.yml made$/),
    expect.stringMatching(/^read is overdue: .* \| change x.pem, and run coffer encrypt app.yml$/),
  ]);
});

test('what is not due yet, or has no limit, is not reported', async () => {
  const none = { problems: [], warnings: [] };
  for (const lines of [
    'max_age: 91d, changed: 2026-01-01',
    'max_age: never, changed: 2006-01-01',
    'changed: 2006-01-01',
  ]) {
    expect(await found(secret('a', lines), true)).toEqual(none);
  }
});

test('secrets of unknown age are one warning, with --overdue a problem', async () => {
  const unknown =
    '2 secrets with a max_age, but without the day of the last change: a, b | coffer writes it with the next value; or write it, such as "changed: 2026-01-31"';
  const two = secret('a', 'max_age: 90d') + secret('b', 'max_age: 90d');
  expect(await found(two)).toEqual({ problems: [], warnings: [unknown] });
  expect(await found(two, true)).toEqual({ problems: [unknown], warnings: [] });
});

test('a last change in the future is a problem', async () => {
  for (const overdue of [true, false]) {
    expect(await found(secret('a', 'max_age: 90d, changed: 2026-04-03'), overdue)).toEqual({
      problems: [
        'a: "changed" is in the future: 2026-04-03 | write the day on which its value was last changed, or remove the line',
      ],
      warnings: [],
    });
  }
});
