import { entriesOf, type Entry } from './entries.ts';
import type { Manifest } from './model.ts';
import { inEachRegion } from './regions.ts';

/** One thing in AWS that a manifest fills in one of its regions. */
export interface Published extends Entry {
  /** The same for two manifests only where they fill the same thing of one account. */
  key: string;
}

/** All that a manifest fills in AWS. */
export function publishedBy(manifest: Manifest): Published[] {
  return inEachRegion(manifest).flatMap((here) =>
    entriesOf(here).map((entry) => ({ ...entry, key: keyOf(here, entry.name) })),
  );
}

/** Names it in one region. */
export function keyOf(manifest: Pick<Manifest, 'store' | 'region'>, name: string): string {
  return `${placeOf(manifest)} ${name}`;
}

/** Where names mean the same thing. */
export function placeOf({ store, region }: Pick<Manifest, 'store' | 'region'>): string {
  return `${store} ${region}`;
}
