import { array, assert, asyncProperty, constantFrom, oneof } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shellExport, shellQuote } from '../../../src/formats/shell.ts';
import { run } from '../../support/cli.ts';
import { whyNot } from '../../support/programs.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import { anyText } from '../../support/any-text.ts';

const NASTY = [
  '',
  "'",
  "''",
  "'\\''",
  '"',
  '\\',
  '\\\\n',
  '\n',
  '\r',
  '\r\n',
  'ends with a line break\n',
  '\n\n\n',
  ' leading and trailing ',
  '$(touch pwned)',
  '`touch pwned`',
  '${HOME}',
  '$HOME',
  '!!',
  '%s%d%n',
  '-n',
  '--help',
  '-e \\x41',
  '*',
  '~',
  '# no comment',
  ';touch pwned',
  '&& touch pwned',
  '\t\u0001\u001B[31m\u007F',
  '🔑 ü ٠ \u202E \uFEFF',
  '=1',
  'x'.repeat(4096),
  "'".repeat(4096),
];

/** Sources lines that export `values`, and prints each value with a NUL after it. */
async function throughShell(
  shell: string,
  workspace: Workspace,
  values: readonly string[],
): Promise<string[]> {
  const lines = values.map((value, i) => `${shellExport(`V${i}`, value)}\n`).join('');
  await workspace.write('lines.sh', lines);
  const print = values.map((_, i) => `printf '%s\\0' "$V${i}"`).join('\n');
  await workspace.write('print.sh', `. ./lines.sh\n${print}\n`);
  const { code, stdout, stderr } = await run(shell, ['print.sh'], { cwd: workspace.folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await workspace.files()).toEqual(['lines.sh', 'print.sh']);
  return stdout.toString('utf8').split('\0').slice(0, -1);
}

describe.each(['bash', 'dash', 'zsh'])('%s', (shell) => {
  const reason = whyNot(shell);

  test.skipIf(reason)(`reads every nasty value back byte for byte${reason}`, async () => {
    const workspace = await createWorkspace();
    expect(await throughShell(shell, workspace, NASTY)).toEqual(NASTY);
  });

  test.skipIf(reason)(`reads any text without NUL back byte for byte${reason}`, async () => {
    const workspace = await createWorkspace();
    const text = oneof(
      anyText({ maxLength: 60 }),
      array(constantFrom(...NASTY.slice(0, -2)), { maxLength: 8 }).map((parts) => parts.join('')),
    ).map((value) => value.replaceAll('\0', ''));
    await assert(
      asyncProperty(array(text, { minLength: 20, maxLength: 60 }), async (values) => {
        expect(await throughShell(shell, workspace, values)).toEqual(values);
      }),
      { numRuns: 25 },
    );
  });

  test.skipIf(reason)(`hands the values on to the programs it starts${reason}`, async () => {
    const { folder, write } = await createWorkspace();
    await write('lines.sh', `${shellExport('VALUE', "a'b\n$c")}\n`);
    const script = `. ./lines.sh; '${process.execPath}' -p 'JSON.stringify(process.env.VALUE)'`;
    const { stdout } = await run(shell, ['-c', script], { cwd: folder });
    expect(stdout.toString().trim()).toBe(JSON.stringify("a'b\n$c"));
  });
});

test('quotes a word so that nothing special is outside the quotes', () => {
  expect(shellQuote("it's")).toBe(`'it'\\''s'`);
  expect(shellQuote('')).toBe("''");
});
