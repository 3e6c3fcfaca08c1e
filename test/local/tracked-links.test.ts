import { mkdir, readdir, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { coffer } from '../support/cli.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { createWorkspace } from '../support/workspace.ts';

const MANIFEST =
  'path: /app/\nregion: us-east-1\nkmskey: alias/x\nparameters:\n  - {name: a, type: String, value: b}\n';
const HOME = { 'home/.profile': 'mine\n', 'home/bin/x': 'mine\n' };
const CREATION = ['--path', '/app/', '--region', 'us-east-1', '--kmskey', 'alias/x'];

/** Flags that take the name of a file or folder that coffer writes, each with a call that does. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  'diff --markdown': ['diff', 'app.yml', '--markdown'],
  'report --output': ['report', 'app.yml', '--offline', '--output'],
  'get --output': ['get', '/app/a', '--output'],
  'decrypt --out-dir': ['decrypt', 'app.yml', '--out-dir'],
  'export --out-dir': ['export', 'app.yml', '--out-dir'],
  'export --files': ['export', 'app.yml', '--files'],
  'exec --files': ['exec', '--files', 'OUT', 'app.yml', '--', 'true'],
  'sandbox --folder': ['sandbox', '--folder'],
};

/** Those that take a manifest, which may be new. */
const MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  'import --into': ['import', 'values.env', ...CREATION, '--into'],
  'import --output': ['import', '/app/', '--output'],
  'import --merge': ['import', '/app/', '--merge'],
};

/** Those that take the name of a file that coffer reads, or of no file. */
const INPUTS = /^(?:--identity|--from-file|--file|--from-report|--kubeconfig|--path)$/;

test('every flag that takes a file or a folder is in one of these lists', () => {
  const found = COMMANDS.flatMap(({ name, flags }) =>
    flags.flatMap(([written]) => {
      const [, flag = ''] = /(--[\w-]+) <(?:file|dir|manifest|path)>/.exec(written) ?? [];
      return flag === '' || INPUTS.test(flag) ? [] : [`${name} ${flag}`];
    }),
  );
  const listed = [...Object.keys(OUTPUTS), ...Object.keys(MANIFESTS)];
  expect(found.toSorted()).toEqual(listed.toSorted());
});

/** A repository whose branch has these links, beside a home folder. */
async function bring(links: Readonly<Record<string, string>>): Promise<Repository> {
  const repo = await createRepository({ 'app.yml': MANIFEST, 'values.env': 'A=b\n', ...HOME });
  await repo.write('.gitignore', '/home/\n');
  await repo.write('ignored/activate', '# sourced by somebody\n');
  for (const [name, target] of Object.entries(links)) {
    await mkdir(repo.path(`${name}/..`), { recursive: true });
    await symlink(target, repo.path(name));
  }
  return repo;
}

/** Everything there is, with its content. */
async function contentOf(repo: Repository): Promise<Record<string, string>> {
  const files = (await repo.files()).filter((file) => !file.startsWith('.git/'));
  const entries = files.map(async (file) => [file, await repo.text(file).catch(() => '')] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The call must fail for this reason, and write nothing. */
async function expectRefused(
  repo: Repository,
  args: readonly string[],
  reason: RegExp | string,
): Promise<void> {
  const before = await contentOf(repo);
  const { code, stderr } = await coffer(args, { cwd: repo.folder, env: { EDITOR: 'true' } });
  expect(stderr, args.join(' ')).toMatch(reason);
  expect(code).toBe(2);
  expect(await contentOf(repo)).toEqual(before);
  expect(await readdir(repo.folder)).not.toContain('.app.coffer');
}

/** All cases for one command; each other command is tried with the first. */
function casesFor<Case>(isAll: boolean, cases: readonly Case[]): readonly Case[] {
  return isAll ? cases : cases.slice(0, 1);
}

const WAYS = [
  ['out of the repository', 'home/bin/x', 'out'],
  ['to a file that is not there', 'home/new', 'out'],
  ['in a folder above', 'home', 'out/deep/new'],
  ['to a file of the work tree', 'ignored/activate', 'out'],
  ['into the git folder', '.git/config', 'out'],
  ['to another link', 'second', 'out'],
] as const;

describe.each(Object.entries(OUTPUTS))('%s does not follow a link of the branch', (_, call) => {
  test.each(casesFor(call[0] === 'diff', WAYS))('%s', async (what, target, name) => {
    const repo = await bring({
      out: target,
      ...(what === 'to another link' && { second: 'home' }),
    });
    await repo.git('add', '--force', 'out');
    const args = call.includes('OUT')
      ? call.map((word) => (word === 'OUT' ? name : word))
      : [...call, name];
    await expectRefused(repo, args, 'git tracks the link');
  });
});

test('what the caller linked is followed, also below a link of the system', async () => {
  const repo = await bring({ out: 'home/page.html', tmp: 'home' });
  const outside = await createWorkspace();
  await symlink(repo.folder, outside.path('private'));
  for (const name of ['tmp/a.html', `${outside.path('private')}/home/b.html`, 'home/c.html']) {
    const args = ['report', 'app.yml', '--offline', '-o', name];
    const { code, stderr } = await coffer(args, { cwd: repo.folder });
    expect(code, stderr).toBe(0);
  }
  expect(await readdir(repo.path('home'))).toEqual(expect.arrayContaining(['a.html', 'c.html']));
});

/** Every command that writes a manifest which is not there yet, or one that is. */
const WRITERS = [
  ...Object.values(MANIFESTS).map((call) => [...call, 'NEW']),
  ['init', 'NEW', ...CREATION],
  ['edit', 'NEW'],
  ['set', 'NEW', 'a', '--init', ...CREATION],
  ['encrypt', 'OLD'],
  ['unset', 'OLD', 'a'],
  ['rotate', 'OLD', '--all'],
  ['refresh', 'OLD'],
  ['move', 'OLD', '--path', '/other/'],
  ['copy', 'app.yml', 'a', 'OLD'],
].map((call) => [call.join(' ')] as const);

const ELSEWHERE = [
  ['is refused where a link of the branch leads out', 'sub', 'OUT', /is outside of the repository/],
  ['is refused by way of "..", too', 'a/b/up/../away', 'OUT', /is outside of the repository/],
  ['is refused in a git folder', 'sub', '.git', /leads into a git folder/],
] as const;

describe.each(WRITERS)('%s', (call) => {
  test.each(casesFor(call.startsWith('init'), ELSEWHERE))(
    '%s, before anything is asked or locked',
    async (_, folder, target, reason) => {
      const away = await createWorkspace({ 'old.yml': MANIFEST });
      const repo = await bring({ sub: target === 'OUT' ? away.folder : target });
      if (folder !== 'sub') {
        // By its words, `evil` leads to a/away; the system takes `..` from where `up` leads.
        await mkdir(repo.path('a/b'), { recursive: true });
        await symlink('../..', repo.path('a/b/up'));
        await symlink(`a/b/up/../${away.folder.split('/').at(-1)}`, repo.path('evil'));
      }
      await repo.write('.git/old.yml', MANIFEST);
      await repo.git('add', '--all');
      const sub = folder === 'sub' ? 'sub' : 'evil';
      const args = call
        .replace('NEW', `${sub}/new.yml`)
        .replace('OLD', `${sub}/old.yml`)
        .split(' ');
      await expectRefused(repo, args, reason);
      expect(await away.files()).toEqual(['old.yml']);
    },
  );
});

test('a manifest below a link that stays in the repository is written as ever', async () => {
  const repo = await bring({ sub: 'real' });
  await repo.write('real/x', '');
  await repo.git('add', '--all');
  const made = await coffer(['init', 'sub/new.yml', ...CREATION], { cwd: repo.folder });
  expect(made.code, made.stderr).toBe(0);
  expect(await repo.text('real/new.yml')).toContain('path: /app/');
});

test('a name in another case is the same link, as on some file systems', async () => {
  const repo = await bring({ 'Out.md': 'home/bin/x', 'out.md': 'home/bin/x' });
  await repo.git('add', 'Out.md');
  await expectRefused(repo, ['diff', 'app.yml', '--markdown', 'out.md'], 'git tracks the link');
});

/** A name that runs a command where it is a line of a profile. */
const EVIL = 'a;touch${IFS}PWNED;#.yml';

test.each([
  ['git install', '.gitattributes', 'home/.profile'],
  ['git install', '.gitattributes', 'ignored/activate'],
  ['git uninstall', '.gitattributes', 'home/.profile'],
  ['init new.yml --no-schema --git', '.gitattributes', 'home/.profile'],
  ['hook install', '.githooks', 'home/bin'],
  ['hook uninstall', '.githooks', 'home/bin'],
])('%s writes through no link of the branch: %s to %s', async (call, name, target) => {
  const repo = await bring({ [name]: target });
  await repo.write(EVIL, MANIFEST);
  await repo.git('config', 'core.hooksPath', '.githooks');
  await repo.git('add', '--all');
  const args = [...call.split(' '), ...(call.startsWith('init') ? CREATION : [])];
  const { code, stderr } = await coffer(args, { cwd: repo.folder });
  expect(stderr).toContain('git tracks the link');
  expect(code).toBe(2);
  expect(await repo.text('home/.profile')).toBe(HOME['home/.profile']);
  expect(await repo.text('ignored/activate')).toBe('# sourced by somebody\n');
  expect(await readdir(repo.path('home/bin'))).toEqual(['x']);
});

test("git install follows a link of the caller's own, as in a home that is a repository", async () => {
  const repo = await bring({});
  await repo.git('add', 'app.yml', '.gitignore');
  await repo.write('dotfiles/gitattributes', '* text\n');
  await symlink('dotfiles/gitattributes', repo.path('.gitattributes'));
  const { code, stderr } = await coffer(['git', 'install', 'app.yml'], { cwd: repo.folder });
  expect(code, stderr).toBe(0);
  expect(await repo.text('dotfiles/gitattributes')).toContain(
    '/app.yml diff=coffer merge=coffer\n',
  );
});

test('a name is one pattern of .gitattributes, whatever is in it', async () => {
  const names = [EVIL, 'b\n* filter=x\n.yml', '#c.yml', '!d.yml', 'e "f" \\g.yml', '[attr]h.yml'];
  const repo = await createRepository(Object.fromEntries(names.map((name) => [name, MANIFEST])));
  const { code, stderr } = await coffer(['git', 'install'], { cwd: repo.folder });
  expect(code, stderr).toBe(0);
  const all = await repo.git('check-attr', '-z', '--all', '--', ...names, 'filter.txt');
  const merged = names.map((name) => `${name}\0merge\0coffer\0`);
  for (const one of merged) expect(all).toContain(one);
  expect(all).not.toMatch(/filter\0x|filter\.txt/);
});
