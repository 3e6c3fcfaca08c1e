import { CofferError } from '../errors.ts';
import type { Difference } from '../stores/model.ts';
import { compareVersions, findVersion, parseSelector } from '../plan/versions.ts';
import { completeName } from './parameter-name.ts';
import type { Tools } from './tools.ts';

/** Compares two versions, such as `/app/token@3` and `/app/token@5`; needs no manifest. */
export async function diffVersions(
  { stores, homeRegion, limit }: Tools,
  selectors: readonly string[],
): Promise<Difference[]> {
  const [from, to, ...more] = selectors.map((text) => parseSelector(completeName(text)));
  if (!from || !to || more.length > 0) {
    throw new CofferError('usage', 'comparing versions takes exactly two', {
      hint: 'for example: coffer diff /app/token@3 /app/token@5',
    });
  }
  const parameters = await stores.parameters(homeRegion);
  const [before, after] = await Promise.all([
    findVersion(parameters, from),
    findVersion(parameters, to),
  ]);
  for (const { name, version, value } of [before, after]) {
    limit.take(`${name}@${version}`, Buffer.byteLength(value));
  }
  return compareVersions(before, after);
}
