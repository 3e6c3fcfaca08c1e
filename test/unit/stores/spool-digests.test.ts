import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checksumOf } from '../../../src/stores/s3/checksum.ts';
import { SpoolDigests } from '../../../src/stores/s3/spool-digests.ts';
import { failureOf } from '../../support/failure.ts';
import { MIB } from '../../support/put.ts';
import { createWorkspace } from '../../support/workspace.ts';

async function spoolFile() {
  const { folder } = await createWorkspace();
  return open(join(folder, 'spool'), 'wx+');
}

const bytes = randomBytes(49 * MIB);

test.each([32 * MIB, 32 * MIB + 1, 40 * MIB - 1, 40 * MIB, 40 * MIB + 16, 49 * MIB])(
  'computes the checksum of a file of %i bytes while it grows',
  async (size) => {
    const handle = await spoolFile();
    const digests = new SpoolDigests();
    // Parts end in the middle of what is written at once.
    for (let at = 0; at < size; at += 5 * MIB) {
      const end = Math.min(at + 5 * MIB, size);
      await handle.write(bytes, at, end - at, at);
      await digests.grown(handle.fd, end);
    }
    const checksum = await digests.finish(handle.fd, size);
    const whole = bytes.subarray(0, size);
    expect(checksum).toEqual(
      await checksumOf({
        size,
        sha256: createHash('sha256').update(whole).digest('hex'),
        read: (offset, length) => Promise.resolve(whole.subarray(offset, offset + length)),
      }),
    );
    await digests.close();
    await handle.close();
  },
);

test('starts no thread for a small file', async () => {
  const handle = await spoolFile();
  const digests = new SpoolDigests();
  await digests.grown(handle.fd, 32 * MIB - 1);
  expect(await digests.finish(handle.fd, 32 * MIB - 1)).toBeUndefined();
  await digests.close();
  await handle.close();
});

test('says so if the file does not have what was written', async () => {
  const handle = await spoolFile();
  await handle.write(bytes, 0, 30 * MIB, 0);
  const digests = new SpoolDigests();
  await digests.grown(handle.fd, 40 * MIB);
  const failure = await failureOf(() => digests.finish(handle.fd, 48 * MIB));
  expect(failure).toMatchObject({ code: 'disk', message: 'cannot read the spool file again' });
  await digests.close();
  await handle.close();
});
