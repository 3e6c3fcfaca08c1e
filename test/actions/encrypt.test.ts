import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';
import { createTestHost, createTools } from '../support/tools.ts';

const aws = await useAws();

test('if one of two blobs fails, reports a new key, and nothing keeps running', async () => {
  const files = { one: Buffer.alloc(1_000_000), two: Buffer.alloc(9_000_000) };
  const parameters = Object.keys(files)
    .map((name) => `  - {name: ${name}, type: SecureString, file: ${name}}\n`)
    .join('');
  const app = await createScene(aws, parameters, { files });
  const before = await readdir(app.folder);
  const { host, said } = createTestHost();
  let sealed = 0;
  const update = () => {
    sealed += 1;
    if (sealed === 1) throw new Error('the screen is gone');
  };
  host.progress = (label) => ({
    update: label === 'encrypting' ? update : () => {},
    end: () => {},
  });
  const { tools } = createTools(aws, {
    host,
    fileKey: { alias: `alias/${aws.unique('first')}` },
  });

  await expect(encrypt(tools, [app.path('app.yml')])).rejects.toThrow('the screen is gone');

  expect(said.notes).toEqual([expect.stringMatching(/^created the KMS key .* as alias/)]);
  const atTheEnd = sealed;
  await sleep(300);
  expect(sealed).toBe(atTheEnd);
  expect(await readdir(app.folder)).toEqual(before);
});
