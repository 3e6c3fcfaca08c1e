import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { startCoffer } from '../support/child.ts';
import { controlOf } from '../support/control.ts';
import { seenBy, writeEditor } from '../support/editor.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';

const aws = await useAws();
const control = controlOf(aws);
const CANARY = createCanary();

async function createSealed(): Promise<Scene> {
  const app = await createScene(aws, secret('a', CANARY) + secret('b', 'two'));
  await app.succeed(['encrypt', 'app.yml']);
  return app;
}

/** There is no secret in the editor's folder or anywhere in the scene. */
async function expectNothingLeft(app: Scene, output: string): Promise<void> {
  const { file } = await seenBy(app);
  expect(existsSync(dirname(file))).toBe(false);
  const found = await readdir(app.folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const contents = files.map(async (path) => [path, await readFile(path)] as const);
  expectHidden(CANARY, { output, ...Object.fromEntries(await Promise.all(contents)) });
}

test('only the editor has the plaintext, while it runs', async () => {
  const app = await createSealed();
  const env = await writeEditor(app, "text = text.replace('two', 'three');");
  const { stderr } = await app.succeed(['edit', 'app.yml', '--debug'], { env });
  const { file, modes } = await seenBy(app);
  expect(modes).toEqual(['700', '600']);
  expect(file).toMatch(/\/app\.yml$/);
  if (existsSync('/dev/shm')) expect(file).toMatch(/^\/dev\/shm\//);
  await expectNothingLeft(app, stderr);
});

test('a failed edit leaves the manifest unchanged and no plaintext', async () => {
  const app = await createSealed();
  const before = await app.text('app.yml');
  const cases: [name: string, body: string, code: number, message: RegExp][] = [
    ['fails', 'process.exit(3);', 1, /the editor failed \(exit status 3\)/],
    ['is killed', "process.kill(process.pid, 'SIGKILL');", 1, /was ended by SIGKILL/],
    ['leaves more files', "writeFileSync(file + '~', text); process.exit(1);", 1, /failed/],
    ['leaves no file', 'rmSync(file); process.exit(0);', 1, /the editor left no file/],
    [
      'breaks the YAML',
      "text = text.replace(/^region.*/m, '$& : {');",
      2,
      /^app\.yml:2:\d+: error/,
    ],
    [
      'breaks the encoding',
      'writeFileSync(file, Buffer.from([97, 255])); process.exit(0);',
      2,
      /^app\.yml:1:2: error: the file is not UTF-8 text/,
    ],
  ];
  for (const [name, body, code, message] of cases) {
    const env = await writeEditor(app, body);
    const outcome = await app.coffer(['edit', 'app.yml'], { env });
    expect(outcome.stderr, name).toMatch(message);
    expect(outcome.code, name).toBe(code);
    await expectNothingLeft(app, `${String(outcome.stdout)}${outcome.stderr}`);
    expect(await app.text('app.yml'), name).toBe(before);
  }
  const missing = await app.coffer(['edit', 'app.yml'], { env: { EDITOR: 'no-such-editor -x' } });
  expect(missing.stderr).toContain('cannot run the editor "no-such-editor -x"');
  expect(missing.code).toBe(2);

  await control.disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
  const denied = await app.coffer(['edit', 'app.yml'], { env: { EDITOR: 'touch opened;' } });
  expect(denied.code).toBe(1);
  expect(await app.files()).not.toContain('opened');
}, 60_000);

test('keeps a concurrent change, and the edit beside it, sealed', async () => {
  const app = await createSealed();
  const before = await app.text('app.yml');
  const env = await writeEditor(
    app,
    "text = text.replace('two', 'mine'); appendFileSync('app.yml', '# theirs\\n');",
  );
  const { code, stderr } = await app.coffer(['edit', 'app.yml'], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/someone else changed app\.yml in the meantime\n.*app\.yml\.edited/);
  expect(await app.text('app.yml')).toBe(`${before}# theirs\n`);
  const kept = await app.succeed(['decrypt', 'app.yml.edited', '--value', 'b']);
  expect(String(kept.stdout)).toBe('mine');
  await expectNothingLeft(app, stderr);
});

describe('while the editor runs,', () => {
  test.each(['SIGTERM', 'SIGHUP'] as const)('%s ends both and leaves nothing', async (signal) => {
    const app = await createSealed();
    const before = await app.text('app.yml');
    const env = await writeEditor(app, 'await new Promise((done) => setTimeout(done, 60_000));');
    const child = startCoffer(['edit', 'app.yml'], {
      cwd: app.folder,
      env: { ...aws.env, ...env },
    });
    const { file } = await vi.waitFor(() => seenBy(app), { timeout: 20_000 });
    expect(String(await readFile(file))).toContain(CANARY);
    child.kill('SIGINT');
    child.kill(signal);
    // The streams close when the editor has also ended.
    const { code, stdout, stderr } = await child.finished;
    expect(code).toBe(signal === 'SIGTERM' ? 143 : 129);
    await expectNothingLeft(app, stdout + stderr);
    expect(await app.text('app.yml')).toBe(before);
  });
});
