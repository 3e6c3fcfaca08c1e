import { CofferError } from '../errors.ts';
import type { Difference } from '../stores/model.ts';
import type { StoreName } from '../manifest/model.ts';
import { compareVersions, parseSelector } from '../plan/versions.ts';
import { storeOfName } from './parameter-name.ts';
import { readerFor } from './stores.ts';
import type { Tools } from './tools.ts';

/** Compares two versions, such as `/app/token@3` and `/app/token@5`; needs no manifest. */
export async function diffVersions(
  tools: Tools,
  selectors: readonly string[],
  { store }: { store?: StoreName | undefined } = {},
): Promise<Difference[]> {
  const { homeRegion: region, limit } = tools;
  const reader = await readerFor(tools, { store: storeOfName(selectors[0] ?? '', store), region });
  const [from, to, ...more] = selectors.map((text) => parseSelector(reader.complete(text)));
  if (!from || !to || more.length > 0) {
    throw new CofferError('usage', 'comparing versions takes exactly two', {
      hint: 'for example: coffer diff /app/token@3 /app/token@5',
    });
  }
  const [before, after] = await Promise.all([reader.version(from), reader.version(to)]);
  for (const { name, version, value = '' } of [before, after]) {
    limit.take(`${name}@${version}`, Buffer.byteLength(value));
  }
  return compareVersions(before, after);
}
