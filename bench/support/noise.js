import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const MIB = 1024 * 1024;

/** Writes a file of random bytes that is on the disk before anything is timed. */
export async function writeNoise(file, mib) {
  const handle = await open(file, 'w');
  const noise = randomBytes(8 * MIB);
  for (let done = 0; done < mib; done += 8) {
    // A counter makes all pieces differ; new noise for each would take longer than the rows.
    noise.writeUInt32BE(done, 0);
    await handle.writeFile(noise.subarray(0, Math.min(8, mib - done) * MIB));
  }
  await handle.sync();
  await handle.close();
}
