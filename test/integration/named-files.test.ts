import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { run } from '../support/cli.ts';
import { lfsPointer } from '../support/repository.ts';
import { createScene, type Scene } from '../support/scene.ts';
import { cofferInTerminal, HAS_PTY } from '../support/terminal.ts';

const aws = await useAws();

const PRIVATE = createCanary();
const SECRET = '  - name: f\n    type: SecureString\n    value: old\n';
const OPEN = '  - name: f\n    type: String\n    file: open.txt\n';

/** A repository in the folder `repo` of a scene, and a file beside it that nobody is to publish. */
interface Repo {
  scene: Scene;
  git: (...args: readonly string[]) => Promise<void>;
  coffer: Scene['coffer'];
  /** Reads and writes files of the repository. */
  text: (name: string) => Promise<string>;
  write: (name: string, content: string | Uint8Array) => Promise<void>;
}

async function createRepo(parameters: string): Promise<Repo> {
  const scene = await createScene(aws, parameters, {
    files: { 'outside.txt': PRIVATE, 'repo/open.txt': 'open', 'repo/.gitignore': '*.key\n' },
  });
  await rename(scene.path('app.yml'), scene.path('repo/app.yml'));
  const cwd = scene.path('repo');
  const git: Repo['git'] = async (...args) => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    const { code, stderr } = await run('git', [...identity, ...args], { cwd });
    expect(code, stderr).toBe(0);
  };
  await git('init', '--quiet');
  const coffer: Scene['coffer'] = (args, options) =>
    scene.coffer(
      args.map((arg) => (arg === 'app.yml' ? 'repo/app.yml' : arg)),
      options,
    );
  const text: Repo['text'] = (name) => scene.text(`repo/${name}`);
  const write: Repo['write'] = (name, content) => scene.write(`repo/${name}`, content);
  return { scene, git, coffer, text, write };
}

async function commit(repo: Repo): Promise<void> {
  await repo.git('add', '--all');
  await repo.git('commit', '--quiet', '--message=x');
}

/** A repository whose one secret is sealed and committed. */
async function createSealed(): Promise<Repo> {
  const repo = await createRepo(SECRET);
  expect(await repo.coffer(['encrypt', 'app.yml'])).toMatchObject({ code: 0 });
  await commit(repo);
  return repo;
}

async function addFile({ text, write }: Repo, file: string): Promise<void> {
  await write('app.yml', (await text('app.yml')).replace(/(name: f\n)/, `$1    file: ${file}\n`));
}

/** Ways out of a repository, each with the path that leads there. */
const WAYS_OUT: Record<string, (repo: Repo) => Promise<string>> = {
  'a path with ..': () => Promise.resolve('../outside.txt'),
  'a link': async ({ scene }) => {
    await symlink('../outside.txt', scene.path('repo/link.txt'));
    return 'link.txt';
  },
  'a folder that is a link': async ({ scene }) => {
    await symlink('..', scene.path('repo/up'));
    return 'up/outside.txt';
  },
  'a link to a file that is not here': async ({ scene }) => {
    await symlink('../elsewhere.txt', scene.path('repo/gone.txt'));
    return 'gone.txt';
  },
  'the git folder': () => Promise.resolve('.git/config'),
  'the git folder of another repository': async ({ scene }) => {
    await mkdir(scene.path('repo/vendored'));
    execFileSync('git', ['init', '--quiet'], { cwd: scene.path('repo/vendored') });
    return 'vendored/.git/config';
  },
};

describe.each(Object.keys(WAYS_OUT))('%s is refused', (way) => {
  test('beside ciphertext: by check and encrypt, and nothing is sealed', async () => {
    const repo = await createSealed();
    await addFile(repo, (await WAYS_OUT[way]?.(repo)) ?? '');
    await repo.git('add', 'app.yml');
    const before = await repo.text('app.yml');
    const calls = [
      ['check', 'app.yml'],
      ['encrypt', 'app.yml'],
    ];
    for (const args of calls) {
      const { code, stdout, stderr } = await repo.coffer(args);
      expect([2, 3], `${args.join(' ')}: ${stderr}`).toContain(code);
      expect(`${stdout.toString()}${stderr}`).toMatch(
        /is (outside of the repository|in a git folder)/,
      );
      expectHidden(PRIVATE, { stdout, stderr });
    }
    expect(await repo.text('app.yml')).toBe(before);
  });

  test('as a value that is published: by all that reads it', async () => {
    const repo = await createRepo(OPEN);
    const file = (await WAYS_OUT[way]?.(repo)) ?? '';
    await repo.write('app.yml', (await repo.text('app.yml')).replace('open.txt', file));
    await commit(repo).catch(() => {});
    const calls = ['check', 'diff', 'sync', 'save', 'export', 'encrypt'];
    for (const command of calls) {
      const { code, stdout, stderr } = await repo.coffer([command, 'app.yml']);
      expect([2, 3], `${command}: ${stderr}`).toContain(code);
      expect(`${stdout.toString()}${stderr}`).toMatch(
        /is (outside of the repository|in a git folder)/,
      );
      expectHidden(PRIVATE, { stdout, stderr });
    }
  });
});

test('check --staged refuses what leads out of the index', async () => {
  const repo = await createSealed();
  await addFile(repo, 'up/outside.txt');
  await symlink('..', repo.scene.path('repo/up'));
  await repo.git('add', '--all');
  const { code, stdout } = await run(
    process.execPath,
    [new URL('../../dist/cli.cjs', import.meta.url).pathname, 'check', '--staged'],
    { cwd: repo.scene.path('repo') },
  );
  expect(code).toBe(3);
  expect(stdout.toString()).toContain('is outside of the repository');
});

test('outside of git, the folder of the manifest is the boundary', async () => {
  const scene = await createScene(aws, '', {});
  await scene.write('in/app.yml', (await scene.text('app.yml')) + OPEN.replace('open', '../open'));
  await scene.write('open.txt', 'open');
  const refused = await scene.coffer(['diff', 'in/app.yml']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('is outside of its folder');
});

test('--allow-file lets a manifest name one file elsewhere', async () => {
  const repo = await createRepo(OPEN.replace('open.txt', '../outside.txt'));
  await commit(repo);
  expect(await repo.coffer(['diff', 'app.yml', '--allow-file', 'app.yml'])).toMatchObject({
    code: 2,
  });
  const allowed = await repo.coffer(['export', 'app.yml', '--allow-file', 'outside.txt']);
  expect(allowed.code, allowed.stderr).toBe(0);
  expect(allowed.stdout.toString()).toContain(PRIVATE);
  for (const command of ['check', 'diff', 'save']) {
    const { code, stderr } = await repo.coffer([command, 'app.yml', '--allow-file', 'outside.txt']);
    expect(code, stderr).toBe(0);
  }
});

test('a pipe in place of a file is refused at once', async () => {
  const repo = await createSealed();
  await addFile(repo, 'pipe');
  await run('mkfifo', ['pipe'], { cwd: repo.scene.path('repo') });
  const { code, stderr } = await repo.coffer(['encrypt', 'app.yml', '--reseal', 'f']);
  expect(code).toBe(2);
  expect(stderr).toContain('is not a regular file');
});

describe('a manifest that a link of the branch leads out of the repository', () => {
  test.each([
    ['a link', '../../outside.yml', 'repo/sub/app.yml'],
    ['a folder that is a link', '../..', 'repo/sub/up/outside.yml'],
  ])('is refused by all that reads it, if it is %s', async (_, target, named) => {
    const repo = await createRepo(OPEN);
    await rename(repo.scene.path('repo/app.yml'), repo.scene.path('outside.yml'));
    await mkdir(repo.scene.path('repo/sub'));
    await symlink(target, repo.scene.path(named.replace('/outside.yml', '')));
    const before = await repo.scene.text('outside.yml');
    const calls = [
      ['encrypt'],
      ['check'],
      ['diff'],
      ['decrypt'],
      ['set', '-f', 'outside.txt', 'f'],
    ];
    // Nobody but the caller made it.
    expect((await repo.coffer(['list', named])).code).toBe(0);
    await commit(repo);
    for (const [command = '', ...more] of calls) {
      const args = [command, ...more.slice(0, 2), named, ...more.slice(2)];
      const { code, stderr } = await repo.coffer(args);
      expect(stderr, command).toContain('is outside of the repository of the link');
      expect(code).toBe(2);
    }
    expect(await repo.scene.text('outside.yml')).toBe(before);
    const allowed = await repo.coffer(['list', named, '--allow-file', 'outside.yml']);
    expect(allowed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^no parameters under/),
    });
  });

  test('is read as ever if the link stays inside', async () => {
    const repo = await createSealed();
    await mkdir(repo.scene.path('repo/sub'));
    await symlink('../app.yml', repo.scene.path('repo/sub/link.yml'));
    await commit(repo);
    expect(await repo.coffer(['decrypt', 'repo/sub/link.yml'])).toMatchObject({ code: 0 });
  });
});

describe('a file: that is new beside ciphertext', () => {
  test('replaces it if git does not ignore the file, and encrypt names both', async () => {
    const repo = await createSealed();
    await addFile(repo, 'new.txt');
    await repo.write('new.txt', 'new');
    const { code, stderr } = await repo.coffer(['encrypt', 'app.yml']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(repo.scene.path('repo/new.txt'));
    expect(stderr).toContain('f encrypted again from new.txt');
  });

  test('is asked about if git ignores the file; --reseal answers', async () => {
    const repo = await createSealed();
    await addFile(repo, 'private.key');
    await repo.write('private.key', PRIVATE);
    const before = await repo.text('app.yml');
    const refused = await repo.coffer(['encrypt', 'app.yml']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(repo.scene.path('repo/private.key'));
    expect(refused.stderr).toContain('--reseal f');
    expect(await repo.text('app.yml')).toBe(before);
    const sealed = await repo.coffer(['encrypt', 'app.yml', '--reseal', 'f']);
    expect(sealed.code, sealed.stderr).toBe(0);
    // Once it is committed, it is no longer new.
    await commit(repo);
    await repo.write('private.key', `${PRIVATE} again`);
    const again = await repo.coffer(['encrypt', 'app.yml']);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('f encrypted again from private.key');
  });
});

describe("a String's file is published as the last commit has it:", () => {
  test.each(['diff', 'sync', 'save'])('%s', async (command) => {
    const repo = await createRepo(OPEN);
    const call = () => repo.coffer([command, 'app.yml', ...(command === 'sync' ? ['--yes'] : [])]);
    const before = await call();
    expect(before.code).toBe(2);
    expect(before.stderr).toContain('open.txt is not what the last commit has');
    await commit(repo);
    expect(await call()).toMatchObject({ code: 0 });
    await repo.write('open.txt', 'changed');
    expect(await call()).toMatchObject({ code: 2 });
    await rm(repo.scene.path('repo/open.txt'));
    expect(await call()).toMatchObject({ code: 2 });
  });
});

test.each([
  ['Git LFS', lfsPointer('content'), 'git lfs pull'],
  ['git-crypt', '\0GITCRYPT\0\u0001\u0002', 'git-crypt unlock'],
])('a stub of %s is refused by name', async (name, stub, mend) => {
  const repo = await createSealed();
  await addFile(repo, 'stub');
  await repo.write('stub', stub);
  const { code, stderr } = await repo.coffer(['encrypt', 'app.yml']);
  expect(code).toBe(2);
  expect(stderr).toContain(`f: file stub is a stub of ${name}`);
  expect(stderr).toContain(mend);
});

test('the last commit is read once, for all files that changed', async () => {
  const repo = await createRepo(['f', 'g', 'h'].map((name) => SECRET.replace('f', name)).join(''));
  expect(await repo.coffer(['encrypt', 'app.yml'])).toMatchObject({ code: 0 });
  await commit(repo);
  const text = await repo.text('app.yml');
  await repo.write('app.yml', text.replaceAll(/(name: \w\n)/g, '$1    file: new\n'));
  await repo.write('new', 'new');
  await repo.write(
    'bin/git',
    `#!/bin/sh\necho "$*" >> ${repo.scene.path('calls')}\nPATH=$REAL exec git "$@"\n`,
  );
  await chmod(repo.scene.path('repo/bin/git'), 0o755);
  const path = process.env['PATH'];
  const env = { REAL: path, PATH: `${repo.scene.path('repo/bin')}:${path}` };
  expect(await repo.coffer(['encrypt', 'app.yml'], { env })).toMatchObject({ code: 0 });
  const calls = (await repo.scene.text('calls')).split('\n');
  expect(calls.filter((call) => call.includes('cat-file blob HEAD:'))).toHaveLength(1);
});

test.runIf(HAS_PTY).each([
  ['y', 0, 'new'],
  ['n', 1, 'old'],
])('in a terminal, a new file is encrypted only after a yes: %s', async (answer, code, value) => {
  const repo = await createSealed();
  await addFile(repo, 'new.key');
  await repo.write('new.key', 'new');
  const question = 'Encrypt this file in place of the value? [y/N] ';
  const outcome = await cofferInTerminal(['encrypt', 'app.yml'], [[question, `${answer}\r`]], {
    cwd: repo.scene.path('repo'),
    env: { ...aws.env },
  });
  expect(outcome.code, outcome.shown).toBe(code);
  expect(outcome.shown).toContain(repo.scene.path('repo/new.key'));
  if (code !== 0) expect(outcome.shown).toContain('--reseal f app.yml');
  const { stdout } = await repo.coffer(['decrypt', 'app.yml', '--value', 'f']);
  expect(stdout.toString()).toBe(value);
});

test('no blob is written where a link in place of its folder leads out', async () => {
  const repo = await createRepo(SECRET);
  expect(await repo.coffer(['encrypt', 'app.yml'])).toMatchObject({ code: 0 });
  await mkdir(repo.scene.path('away'));
  await repo.write('big', Buffer.alloc(70_000, 1));
  const set = () => repo.coffer(['set', 'app.yml', 'f', '-f', 'repo/big']);
  for (const target of ['../away', '.git']) {
    await symlink(target, repo.scene.path('repo/app.blobs'));
    const before = await repo.text('app.yml');
    const { code, stderr } = await set();
    expect(stderr).toMatch(/app\.blobs is (outside of the repository|in a git folder)/);
    expect(code).toBe(2);
    expect(await repo.text('app.yml')).toBe(before);
    await rm(repo.scene.path('repo/app.blobs'));
  }
  expect((await repo.scene.files()).filter((file) => file.endsWith('.enc'))).toEqual([]);
  await mkdir(repo.scene.path('repo/real'));
  await symlink('real', repo.scene.path('repo/app.blobs'));
  expect(await set()).toMatchObject({ code: 0 });
  expect(await repo.coffer(['decrypt', 'app.yml', '--value', 'f'])).toMatchObject({ code: 0 });
});

test("a blob's path must not lead out either", async () => {
  const repo = await createRepo(`${SECRET}    store: s3\n`);
  await repo.write('big.key', Buffer.alloc(100_000, 1));
  await repo.write(
    'app.yml',
    (await repo.text('app.yml')).replace('    value: old\n', '    file: big.key\n'),
  );
  expect(await repo.coffer(['encrypt', 'app.yml'])).toMatchObject({ code: 0 });
  await rename(repo.scene.path('repo/app.blobs'), repo.scene.path('elsewhere'));
  await symlink('../elsewhere', repo.scene.path('repo/app.blobs'));
  for (const args of [['check'], ['decrypt', '--value', 'f'], ['sync', '--yes'], ['save']]) {
    const { code, stdout, stderr } = await repo.coffer([...args, 'app.yml']);
    expect([1, 2, 3, 4], stderr).toContain(code);
    expect(`${stdout.toString()}${stderr}`).toContain('is outside of the repository');
  }
});
