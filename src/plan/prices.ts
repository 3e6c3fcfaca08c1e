/** What AWS charges for a month, in dollars, and where it says so. */
interface Price {
  /** One of what is paid for, in words. */
  one: string;
  dollars: number;
  source: string;
}

/** The day on which the prices were looked up; they are those of us-east-1. */
export const PRICES_DATE = '2026-11-27';

/**
 * What there is to pay for as long as it exists. Standard parameters are free. Requests are left out:
 * a read of SSM at standard throughput costs nothing, and those to KMS and S3 cost cents.
 */
export const PRICES = {
  advanced: {
    one: 'SSM parameter of tier Advanced',
    dollars: 0.05,
    source: 'https://aws.amazon.com/systems-manager/pricing/',
  },
  secret: {
    one: 'Secret in Secrets Manager, and each copy in another region',
    dollars: 0.4,
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  key: {
    one: 'KMS key, and each replica in another region; its first and second rotation add as much each',
    dollars: 1,
    source: 'https://aws.amazon.com/kms/pricing/',
  },
  storage: {
    one: 'GiB in S3 Standard',
    dollars: 0.023,
    source: 'https://aws.amazon.com/s3/pricing/',
  },
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof PRICES;
