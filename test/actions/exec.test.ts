import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { exec } from '../../src/actions/exec.ts';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

async function createApp() {
  const app = await createScene(
    aws,
    `${secret('token', 'one')}  - {name: tls/keystore, type: SecureString, file: binary}\n`,
    { files: { binary: randomBytes(100) } },
  );
  const { tools } = createTools(aws);
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  return { ...app, tools, file };
}

test('exec passes values as variables and files, and removes the files afterwards', async () => {
  const app = await createApp();
  const steps: string[] = [];
  const { variables, keystore } = await exec(
    app.tools,
    [app.file],
    async (variables) => {
      steps.push('run');
      return { variables, keystore: await readFile(variables['TLS_KEYSTORE_FILE'] ?? '') };
    },
    { onOpened: () => void steps.push('opened') },
  );
  expect(steps).toEqual(['opened', 'run']);
  const file = variables['TLS_KEYSTORE_FILE'] ?? '';
  expect(variables).toEqual({ TOKEN: 'one', TLS_KEYSTORE_FILE: file, COFFER_FILES: dirname(file) });
  expect(keystore).toEqual(await app.read('binary'));
  expect(existsSync(dirname(file))).toBe(false);
});

test('removes the files after a failed run, too', async () => {
  const app = await createApp();
  let folder = '';
  const run = exec(app.tools, [app.file], ({ COFFER_FILES = '' }) => {
    folder = COFFER_FILES;
    expect(existsSync(folder)).toBe(true);
    throw new Error('on purpose');
  });
  await expect(run).rejects.toThrow('on purpose');
  expect(folder).not.toBe('');
  expect(existsSync(folder)).toBe(false);
});

test("keeps files in the caller's folder; creates no folder without files", async () => {
  const app = await createApp();
  const files = app.path('kept');
  const kept = await exec(app.tools, [app.file], (all) => Promise.resolve(all), { files });
  expect(kept['COFFER_FILES']).toBe(files);
  expect(existsSync(kept['TLS_KEYSTORE_FILE'] ?? '')).toBe(true);
  const options = { files, only: ['token'], names: 'exact' };
  const none = await exec(app.tools, [app.file], (all) => Promise.resolve(all), options);
  expect(none).toEqual({ token: 'one' });
});
