import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cofferProcess, run } from '../support/cli.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const BINARY = resolve(process.platform === 'win32' ? 'build/coffer.exe' : 'build/coffer');
const SANDBOX = ['sandbox', '--key', 'alias/superman', '--bucket', 'superman-secrets'];

const MANIFEST = `path: /app/
region: us-east-1
kmskey: alias/superman
encrypted_with: alias/superman
parameters:
  - {name: plain, type: String, value: one}
`;

// It is made of dist/, which is there.
beforeAll(() => {
  execFileSync(process.execPath, ['binary.js'], { stdio: 'ignore' });
}, 300_000);

/** Runs the executable where there is no Node. */
function coffer({ folder, path }: Workspace, args: readonly string[]) {
  const env = { HOME: folder, PATH: `${path('bin')}:/usr/bin:/bin`, COFFER: BINARY };
  return run(BINARY, args, { cwd: folder, env });
}

/** Runs lines of bash, in which coffer is the executable, in its own sandbox. */
async function inSandbox(workspace: Workspace, script: string): Promise<string> {
  const lines = `set -eu\ncoffer() { "$COFFER" "$@"; }\n${script}`;
  const { code, stdout, stderr } = await coffer(workspace, [...SANDBOX, '--', 'bash', '-c', lines]);
  expect(code, stderr).toBe(0);
  return stdout.toString();
}

test('--version, help and completion', async () => {
  const workspace = await createWorkspace();
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect((await coffer(workspace, ['--version'])).stdout.toString()).toContain(
    `coffer ${version}, node ${process.versions.node}\n`,
  );
  expect((await coffer(workspace, ['help'])).stdout.toString()).toContain('coffer help <command>');
  expect((await coffer(workspace, ['help', 'sync'])).stdout.toString()).toContain('--prune');
  expect((await coffer(workspace, ['completion', 'bash'])).stdout.toString()).toContain(
    'complete ',
  );
  expect(
    (await coffer(workspace, ['__complete', 'bash', 'coffer dec'])).stdout.toString(),
  ).toContain('decrypt');
  expect((await coffer(workspace, ['decript'])).code).toBe(2);
});

test("the demo's lifecycle, against a sandbox that the executable serves", async () => {
  const workspace = await createWorkspace();
  await cp('examples/superman', workspace.folder, { recursive: true });
  await workspace.write('keystore.bin', randomBytes(5 * 1024 * 1024));
  const text = await inSandbox(
    workspace,
    `coffer encrypt superman.yml
     coffer check superman.yml
     coffer diff superman.yml
     coffer sync superman.yml --yes --quiet
     coffer diff superman.yml --exit-code
     coffer get /apps/superman/tls/keystore > keystore.read
     cmp keystore.bin keystore.read
     coffer decrypt superman.yml > plain.yml
     eval "$(coffer export superman.yml --no-blobs)"
     coffer exec superman.yml --no-blobs -- sh -c 'echo "$API_TOKEN"'
     echo "$API_TOKEN"
     coffer nuke superman.yml --yes`,
  );
  const [fromExec, fromExport] = text.trimEnd().split('\n').slice(-2);
  expect(fromExec).toMatch(/./);
  expect(fromExport).toBe(fromExec);
  expect(await workspace.text('plain.yml')).toContain(fromExec);
});

test('put and get of some MiB', async () => {
  const workspace = await createWorkspace({ 'data.bin': randomBytes(12 * 1024 * 1024) });
  await inSandbox(
    workspace,
    `coffer put -p /app/data -b superman-secrets -k alias/superman -f data.bin
     coffer get /app/data -o data.read
     coffer get /app/data | cmp - data.bin`,
  );
  expect((await workspace.read('data.read')).equals(await workspace.read('data.bin'))).toBe(true);
});

test('what git runs', async () => {
  const workspace = await createWorkspace({ 'app.yml': MANIFEST });
  await inSandbox(
    workspace,
    `git init -q . && git config user.email a@example.com && git config user.name a
     coffer encrypt app.yml
     coffer git install
     coffer hook install
     git add . && git commit -qm one
     sed -i.old s/one/two/ app.yml && rm app.yml.old
     git diff > diff.txt`,
  );
  expect(await workspace.text('diff.txt')).toContain('two');
  expect(await workspace.text('.git/config')).toContain('coffer');
});

test('holds the compiled code of commands, and writes none', async () => {
  const workspace = await createWorkspace();
  expect((await coffer(workspace, ['help'])).code).toBe(0);
  expect(await workspace.files()).toEqual([]);
  expect((await stat(BINARY)).size).toBeGreaterThan(50 * 1024 * 1024);
});

test('cache warm keeps the code of many commands', async () => {
  const { folder, files } = await createWorkspace();
  const env = { XDG_CACHE_HOME: '' };
  const warmed = await cofferProcess(['cache', 'warm'], { cwd: folder, env });
  expect(warmed.code, warmed.stderr).toBe(0);
  const names = (await files()).map((name) => name.replace(/.*-(?:x|arm)64-/, ''));
  expect(names).toEqual(expect.arrayContaining(['check', 'decrypt', 'exec', 'export', 'get']));
});

test('cache warm --shared keeps it beside coffer, for all users and for copies', async () => {
  const { folder, files, path } = await createWorkspace();
  await cp('dist', path('built'), { recursive: true });
  const env = { HOME: path('home'), XDG_CACHE_HOME: '' };
  const call = (script: string, args: readonly string[]) =>
    run(process.execPath, [path(script), ...args], { cwd: folder, env });
  const warmed = await call('built/cli.cjs', ['cache', 'warm', '--shared']);
  expect(warmed.code, warmed.stderr).toBe(0);
  expect(warmed.stderr).toContain(path('built/compiled'));
  await cp(path('built'), path('image'), { recursive: true });
  await mkdir(path('home'));
  expect((await call('image/cli.cjs', ['help'])).code).toBe(0);
  // What is used is not kept again.
  expect((await files()).filter((name) => name.startsWith('home'))).toEqual([]);
  expect((await call('image/cli.cjs', ['cache', 'clear', '--shared'])).code).toBe(0);
  expect((await files()).filter((name) => name.startsWith('image/compiled'))).toEqual([]);
});
