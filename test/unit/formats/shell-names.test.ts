import { describe, expect, test } from 'vitest';
import { isLostInPosix, isLostInZsh } from '../../../src/formats/shell-names.ts';
import { format, shellExport } from '../../../src/formats/shell.ts';
import { run } from '../../support/cli.ts';
import { whyNot } from '../../support/programs.ts';
import { createWorkspace } from '../../support/workspace.ts';

/** How each shell lists the variables that it knows. */
const LISTS: Readonly<Record<string, string>> = {
  bash: 'compgen -v',
  dash: 'set | sed s/=.*//',
  zsh: 'print -l ${(k)parameters}',
};

/** No number, no name of a file, no locale. */
const VALUE = 'va lue:x';

const env = { PATH: process.env['PATH'] ?? '' };

async function namesOf(shell: string): Promise<string[]> {
  const args = shell === 'zsh' ? ['-fc'] : ['-c'];
  const { stdout } = await run(shell, [...args, LISTS[shell] ?? ''], { cwd: '/', env });
  const names = new Set(stdout.toString().split('\n'));
  return [...names].filter((name) => /^[A-Za-z_]\w*$/.test(name) && name !== 'PATH');
}

/** The names whose values are not those that a shell was told to export. */
async function findLost(shell: string, names: readonly string[]): Promise<string[]> {
  const { folder, write } = await createWorkspace();
  for (const name of names) await write(`${name}.sh`, `${shellExport(name, VALUE)}\n`);
  const script = names
    .map((name) => `(. ./${name}.sh; exec printenv ${name}) 2>/dev/null; echo '=${name}'`)
    .join('\n');
  await write('all.sh', script);
  const args = shell === 'zsh' ? ['-f', 'all.sh'] : ['all.sh'];
  const { stdout } = await run(shell, args, { cwd: folder, env });
  const kept = new Set(
    [...stdout.toString().matchAll(/^(.*)\n=(\w+)$/gm)].flatMap(([, value, name]) =>
      value === VALUE ? [name] : [],
    ),
  );
  return names.filter((name) => !kept.has(name));
}

describe.each([
  ['bash', isLostInPosix],
  ['dash', isLostInPosix],
  ['zsh', (name: string) => isLostInPosix(name) || isLostInZsh(name)],
])('%s', (shell, isLost) => {
  const reason = whyNot(shell);

  test.skipIf(reason)(`loses no value but of the names listed${reason}`, async () => {
    const names = await namesOf(shell);
    expect(names.length).toBeGreaterThan(4);
    const lost = await findLost(shell, names);
    expect(lost.filter((name) => !isLost(name))).toEqual([]);
  });
});

const zsh = whyNot('zsh');

test.skipIf(zsh)(`lists for zsh only names whose values it loses${zsh}`, async () => {
  const names = await namesOf('zsh');
  const listed = names.filter(isLostInZsh);
  expect(await findLost('zsh', listed)).toEqual(listed);
});

const bash = whyNot('bash');

test.skipIf(bash)(`lists for bash only names whose values it loses${bash}`, async () => {
  const listed = (await namesOf('bash')).filter(isLostInPosix);
  expect(await findLost('bash', listed)).toEqual(listed);
});

test.each([
  ['UID', undefined, 'bash, dash or sh has a variable UID of its own', false],
  ['UID', 'zsh', 'bash, dash or sh has a variable UID of its own', false],
  ['USERNAME', undefined, undefined, true],
  ['USERNAME', 'bash', undefined, false],
  ['USERNAME', 'zsh', 'zsh has a variable USERNAME of its own', false],
  ['TOKEN', 'zsh', undefined, false],
] as const)('%s for %s', (variable, shell, fault, warns) => {
  expect(format.rules.findNameFault?.(variable, shell)).toBe(fault);
  const secret = { name: 'name', isSecret: true };
  const doubt = format.findDoubt?.({ variable, secret, value: '', isPath: false }, shell);
  expect(doubt?.message.includes('zsh') ?? false).toBe(warns);
});
