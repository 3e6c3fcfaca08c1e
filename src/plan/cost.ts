import { isManagedByAws } from '../aws/managed-key.ts';
import type { Manifest } from '../manifest/model.ts';
import { inEachRegion } from '../manifest/regions.ts';
import { PRICES, type Priced } from './prices.ts';

const GIB = 1024 ** 3;

/** How many of each there are; of storage, GiB. */
export type Bill = Readonly<Partial<Record<Priced, number>>>;

/** What one parameter, object or secret costs in one region. */
export interface Stored {
  store: 'ssm' | 's3' | 'secretsmanager';
  tier?: string | undefined;
  /** Bytes of its object in S3, if known. */
  size?: number | undefined;
  /** Regions to which Secrets Manager copies it. */
  copies?: number | undefined;
}

export function billOf({ store, tier, size = 0, copies = 0 }: Stored): Bill {
  const advanced = tier === 'Advanced' ? 1 : 0;
  switch (store) {
    case 'ssm':
      return { advanced };
    case 's3':
      // Rounded up to about 10 MiB: nobody should read the size of a secret from its cost.
      return { advanced, storage: Math.ceil((size / GIB) * 100) / 100 };
    case 'secretsmanager':
      return { secret: 1 + copies };
  }
}

/** The KMS keys that a manifest pays for: kmskey in each region, and the file key. */
export function paidKeysOf(manifest: Manifest): string[] {
  const { encryptedWith } = manifest;
  const keys = inEachRegion(manifest).flatMap(({ region, kmskey }) => {
    if (kmskey === undefined || isManagedByAws(kmskey)) return [];
    return [kmskey.startsWith('arn:') ? kmskey : `${region} ${kmskey}`];
  });
  return [...new Set([...keys, ...(encryptedWith === undefined ? [] : [encryptedWith])])];
}

export function addBills(bills: readonly Bill[]): Bill {
  const sum: Partial<Record<Priced, number>> = {};
  for (const bill of bills) {
    for (const [what, count] of Object.entries(bill) as [Priced, number][]) {
      if (count > 0) sum[what] = (sum[what] ?? 0) + count;
    }
  }
  return sum;
}

/** Dollars a month. */
export function costOf(bill: Bill): number {
  const parts = Object.entries(bill) as [Priced, number][];
  // No one pays a millionth of a cent, and 3 × 0.05 is not 0.15 in binary.
  const millionths = parts.map(([what, count]) => Math.round(count * PRICES[what].dollars * 1e6));
  return millionths.reduce((sum, each) => sum + each, 0) / 1e6;
}
