import { couldBeRegion, REGIONS } from '../../aws/regions.ts';
import type { Fields } from '../yaml/tree.ts';
import { nearest } from '../nearest.ts';
import { type Reading, readText } from './reading.ts';

/** The region that was probably meant. */
export function nearestRegion(name: string): string | undefined {
  return nearest(name, REGIONS);
}

/** Reports a slip of a region; what looks like none at all is the schema's to report. */
export function checkRegion({ faults }: Reading, fields: Fields, region: string): void {
  const field = fields.get('region');
  const meant = nearestRegion(region);
  if (!field || couldBeRegion(region) || meant === undefined) return;
  faults.add(field.valueAt, `there is no region ${region}`, `did you mean ${meant}?`);
}

/** SSM and S3 take no key of another region. */
export function checkKey({ faults }: Reading, fields: Fields, region: string): void {
  const field = fields.get('kmskey');
  const [, keyRegion] = /^arn:[^:]*:kms:([^:]*):/.exec(readText(fields, 'kmskey') ?? '') ?? [];
  if (!field || keyRegion === undefined || keyRegion === region || !couldBeRegion(region)) return;
  const hint = 'name a key of the region that "region" names, or its alias there';
  faults.add(field.valueAt, '"kmskey" is a key of another region', hint);
}
