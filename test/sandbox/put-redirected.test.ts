import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { CLI, CODE_CACHE } from '../support/cli.ts';
import { createPutScene, MIB } from '../support/put.ts';
import { openV3, readRaw } from '../support/v3-reader.ts';

const aws = await useAws();
const run = promisify(execFile);

/** Large enough to be read twice. */
const data = randomBytes(17 * MIB);

test('put begins where the shell has read to, leaves nothing to the next command, and needs no space', async () => {
  const app = await createPutScene(aws);
  await writeFile(join(app.folder, 'data'), data);
  const put = '"$NODE" "$CLI" put "$@" 2> /dev/null';
  const script = `{ dd bs=1000 count=1 of=/dev/null 2> /dev/null; ${put}; wc -c; } < data`;
  const { stdout } = await run('bash', ['-ec', script, 'bash', ...app.target('data')], {
    cwd: app.folder,
    env: {
      ...aws.env,
      ...CODE_CACHE,
      PATH: process.env['PATH'],
      HOME: app.folder,
      TMPDIR: '/nowhere/at/all',
      NODE: process.execPath,
      CLI,
    },
  });
  const [url = '', left] = stdout.split('\n');
  expect(left?.trim()).toBe('0');
  const raw = await readRaw(aws, url.slice(`s3://${aws.bucket}/`.length));
  expect((await openV3(aws, raw)).equals(data.subarray(1000))).toBe(true);
});
