import { isScalar, isSeq } from '../yaml/nodes.ts';
import { couldBeRegion, partitionOf, REGIONS } from '../../aws/regions.ts';
import { nearest } from '../nearest.ts';
import { isInEachRegion, REGION_MARK, settingsIn } from '../regions.ts';
import { textOf } from '../yaml/scalars.ts';
import type { Field, Fields } from '../yaml/tree.ts';
import { type Reading, readText } from './reading.ts';

/** The known region closest to an unknown one. */
export function nearestRegion(name: string): string | undefined {
  return nearest(name, REGIONS);
}

/** The regions of a manifest, each with the offset of its name. */
interface Named {
  region: string;
  at: number;
}

/**
 * The regions of `region` or `regions`, in order. Reports typos; the schema reports a text that is
 * not a region at all.
 */
export function readRegions(reading: Reading, fields: Fields): [string, ...string[]] {
  const { faults } = reading;
  const [one, several] = [fields.get('region'), fields.get('regions')];
  if (one && several) {
    const hint = 'remove one of them: "regions" is for several';
    faults.add(one.valueAt, '"region" and "regions" are both there', hint);
  }
  const named = several
    ? readItems(reading, several)
    : [{ region: readText(fields, 'region') ?? '', at: one?.valueAt ?? 0 }];
  for (const [index, item] of named.entries()) checkRegion(reading, item, named.slice(0, index));
  const [first = '', ...others] = named.map(({ region }) => region);
  return [first, ...others];
}

function readItems({ tree }: Reading, { node }: Field): Named[] {
  if (!isSeq(node)) return [];
  return node.items.flatMap((item) => {
    const text = tree.resolve(item);
    return text && isScalar(text) ? [{ region: textOf(text), at: item.range[0] }] : [];
  });
}

function checkRegion({ faults }: Reading, { region, at }: Named, before: readonly Named[]): void {
  if (!couldBeRegion(region)) {
    const meant = nearestRegion(region);
    if (meant !== undefined) {
      faults.add(at, `unknown region ${region}`, `did you mean ${meant}?`);
    }
    return;
  }
  const [first] = before;
  if (before.some((other) => other.region === region)) {
    faults.add(at, `the region ${region} is there twice`, 'remove one of the two');
  } else if (first && partitionOf(first.region) !== partitionOf(region)) {
    const hint = 'no account has both: write a manifest for each';
    faults.add(at, `${region} and ${first.region} are not in the same partition of AWS`, hint);
  }
}

/** SSM and S3 do not accept a key of another region. */
export function checkKey({ faults }: Reading, fields: Fields, regions: readonly string[]): void {
  const field = fields.get('kmskey');
  const kmskey = readText(fields, 'kmskey') ?? '';
  if (!field || !regions.every(couldBeRegion)) return;
  if (regions.length > 1 && !isInEachRegion(kmskey)) {
    // The schema reports what is not a key at all.
    if (!/^arn:|^[0-9A-Fa-f]{8}-/.test(kmskey)) return;
    const hint =
      'SSM and S3 accept only keys of their own region: name an alias that exists in each, such as alias/superman, or a multi-Region key (mrk-…)';
    faults.add(field.valueAt, '"kmskey" is in one region, and the manifest has several', hint);
    return;
  }
  const [, keyRegion] = /^arn:[^:]*:kms:([^:]*):/.exec(kmskey) ?? [];
  if (keyRegion === undefined || regions.includes(keyRegion)) return;
  const where = regions.length > 1 ? 'a region of "regions"' : 'the region of "region"';
  faults.add(field.valueAt, '"kmskey" is in another region', `name a key or alias in ${where}`);
}

/** A bucket is in one region: with several, its name has to say which. */
export function checkBucket({ faults }: Reading, fields: Fields, regions: readonly string[]): void {
  const field = fields.get('bucket');
  const bucket = readText(fields, 'bucket');
  if (!field || bucket === undefined || !regions.every(couldBeRegion)) return;
  if (regions.length > 1 && !bucket.includes(REGION_MARK)) {
    const hint = `write ${REGION_MARK} in its name, such as "bucket: superman-${REGION_MARK}"`;
    faults.add(field.valueAt, '"bucket" is in one region, and the manifest has several', hint);
  }
  const region = regions.find(
    (each) => (settingsIn(each, { bucket }).bucket?.length ?? 0) > LONGEST_BUCKET,
  );
  if (region === undefined) return;
  const message = `"bucket" is longer than ${LONGEST_BUCKET} characters in ${region}`;
  faults.add(field.valueAt, message, 'make it shorter');
}

const LONGEST_BUCKET = 63;
