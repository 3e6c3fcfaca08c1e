import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SpoolDigest } from '../../../src/stores/s3/spool-digest.ts';
import { failureOf } from '../../support/failure.ts';
import { MIB, sha256 } from '../../support/put.ts';
import { createWorkspace } from '../../support/workspace.ts';

async function spoolFile() {
  const { folder } = await createWorkspace();
  return open(join(folder, 'spool'), 'wx+');
}

const bytes = randomBytes(49 * MIB);

test.each([32 * MIB, 32 * MIB + 1, 40 * MIB - 1, 49 * MIB])(
  'computes the digest of a file of %i bytes while it grows',
  async (size) => {
    const handle = await spoolFile();
    const digest = new SpoolDigest();
    for (let at = 0; at < size; at += 5 * MIB) {
      const end = Math.min(at + 5 * MIB, size);
      await handle.write(bytes, at, end - at, at);
      digest.update(bytes.subarray(at, end));
      await digest.grown(handle.fd, end);
    }
    expect(await digest.finish(size)).toBe(sha256(bytes.subarray(0, size)));
    await digest.close();
    await handle.close();
  },
);

test.each([
  ['a small file', 3 * MIB, true],
  ['what is not in a file', 33 * MIB, false],
])('needs no file for the digest of %s', async (_, size, isFile) => {
  const handle = await spoolFile();
  const digest = new SpoolDigest();
  digest.update(bytes.subarray(0, size));
  // The file has no byte of it.
  await digest.grown(isFile ? handle.fd : undefined, size);
  expect(await digest.finish(size)).toBe(sha256(bytes.subarray(0, size)));
  await digest.close();
  await handle.close();
});

test('says so if the file does not have what was written', async () => {
  const handle = await spoolFile();
  await handle.write(bytes, 0, 30 * MIB, 0);
  const digest = new SpoolDigest();
  await digest.grown(handle.fd, 40 * MIB);
  const failure = await failureOf(() => digest.finish(48 * MIB));
  expect(failure).toMatchObject({ code: 'disk', message: 'cannot read the spool file again' });
  await digest.close();
  await handle.close();
});
