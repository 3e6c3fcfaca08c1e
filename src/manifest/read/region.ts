import { couldBeRegion, REGIONS } from '../../aws/regions.ts';
import type { Fields } from '../yaml/tree.ts';
import { nearest } from '../nearest.ts';
import { type Reading, readText } from './reading.ts';

/** The known region closest to an unknown one. */
export function nearestRegion(name: string): string | undefined {
  return nearest(name, REGIONS);
}

/** Reports a typo in a region; the schema reports a text that is not a region at all. */
export function checkRegion({ faults }: Reading, fields: Fields, region: string): void {
  const field = fields.get('region');
  const meant = nearestRegion(region);
  if (!field || couldBeRegion(region) || meant === undefined) return;
  faults.add(field.valueAt, `unknown region ${region}`, `did you mean ${meant}?`);
}

/** SSM and S3 do not accept a key of another region. */
export function checkKey({ faults }: Reading, fields: Fields, region: string): void {
  const field = fields.get('kmskey');
  const [, keyRegion] = /^arn:[^:]*:kms:([^:]*):/.exec(readText(fields, 'kmskey') ?? '') ?? [];
  if (!field || keyRegion === undefined || keyRegion === region || !couldBeRegion(region)) return;
  const hint = 'name a key or alias in the region of "region"';
  faults.add(field.valueAt, '"kmskey" is in another region', hint);
}
