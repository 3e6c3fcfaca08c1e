import { PRICES as MONTHLY, PRICES_DATE } from '../../../src/plan/prices.ts';
import { table } from './markdown.ts';

/** Dollars in us-east-1: those of a month, and those of one request. */
const PRICES = {
  key: MONTHLY.key.dollars,
  advanced: MONTHLY.advanced.dollars,
  secret: MONTHLY.secret.dollars,
  storage: MONTHLY.storage.dollars,
  kmsRequests: 0.03 / 10_000,
  interactions: 0.05 / 10_000,
  secretsRequests: 0.05 / 10_000,
  puts: 0.005 / 1_000,
  gets: 0.0004 / 1_000,
};

const SOURCES = {
  kms: `[KMS](${MONTHLY.key.source})`,
  ssm: `[Systems Manager](${MONTHLY.advanced.source})`,
  secrets: `[Secrets Manager](${MONTHLY.secret.source})`,
  s3: `[S3](${MONTHLY.storage.source})`,
};

const DAYS = 30;
const GIB = 1024 ** 3;

/** What a team has in git and in AWS, and what it does in a day. */
interface Team {
  manifests: number;
  /** KMS keys: the file key, and a kmskey for each environment. */
  keys: number;
  /** Of one manifest. */
  secrets: number;
  strings: number;
  blobs: number;
  blobBytes: number;
  /** `diff` in pull requests and of the nightly check, of one manifest each. */
  diffs: number;
  syncs: number;
  /** Secrets that a sync writes. */
  changes: number;
  /** Programs that start. */
  starts: number;
}

const SMALL: Team = {
  manifests: 2,
  keys: 3,
  secrets: 10,
  strings: 5,
  blobs: 0,
  blobBytes: 0,
  diffs: 6,
  syncs: 1,
  changes: 2,
  starts: 20,
};

const LARGE: Team = {
  manifests: 30,
  keys: 4,
  secrets: 20,
  strings: 9,
  blobs: 1,
  blobBytes: 100 * 1024,
  diffs: 90,
  syncs: 10,
  changes: 2,
  starts: 3_000,
};

/** Calls of one command for one manifest, as docs/cost.md lists them. */
const CALLS = {
  /** SSM uses KMS once for each SecureString that it reads or writes. */
  diff: ({ secrets, blobs }: Team) => ({ kms: 1 + Math.min(blobs, 1) + secrets, heads: blobs }),
  write: ({ changes }: Team) => ({ kms: changes }),
  exec: ({ blobs }: Team) => ({ kms: 1 + blobs }),
  readSsm: ({ secrets, strings, blobs }: Team) => ({
    kms: secrets + blobs,
    gets: blobs,
    interactions: secrets + strings + blobs,
  }),
};

interface Bill {
  keys: number;
  kms: number;
  s3: number;
}

/** What a month costs under `coffer exec`. */
function billOf(team: Team): Bill {
  const compared = team.diffs + team.syncs;
  const diff = CALLS.diff(team);
  const kmsRequests =
    DAYS *
    (compared * diff.kms + team.syncs * CALLS.write(team).kms + team.starts * CALLS.exec(team).kms);
  const bytes = team.manifests * team.blobs * team.blobBytes;
  return {
    keys: team.keys * PRICES.key,
    kms: kmsRequests * PRICES.kmsRequests,
    s3: DAYS * compared * diff.heads * PRICES.gets + (bytes / GIB) * PRICES.storage,
  };
}

function total({ keys, kms, s3 }: Bill): number {
  return keys + kms + s3;
}

/** What the starts of a month cost if programs read SSM themselves. */
function startsFromSsm(team: Team): { kms: number; highThroughput: number } {
  const { kms, gets, interactions } = CALLS.readSsm(team);
  const starts = DAYS * team.starts;
  return {
    kms: starts * (kms * PRICES.kmsRequests + gets * PRICES.gets),
    highThroughput: starts * interactions * PRICES.interactions,
  };
}

function dollars(amount: number): string {
  return amount > 0 && amount < 0.005 ? 'less than $0.01' : `$${amount.toFixed(2)}`;
}

function per(count: number, price: number): string {
  return `$${Number((price * count).toPrecision(3))} for ${count.toLocaleString('en-US')}`;
}

/** docs/cost.md. */
export function renderCostPage(): string {
  const small = billOf(SMALL);
  const large = billOf(LARGE);
  const parameters = LARGE.manifests * (LARGE.secrets + LARGE.strings + LARGE.blobs);
  const starts = startsFromSsm(LARGE);
  const startsWithExec = DAYS * LARGE.starts * CALLS.exec(LARGE).kms * PRICES.kmsRequests;
  return [
    `# What it costs

coffer is free. AWS charges for what you keep there and for calls. For most teams that is the price of
their KMS keys, a few dollars a month, because Standard parameters in SSM are free.

## Prices

In us-east-1, as known on ${PRICES_DATE}, without free tiers and taxes. Other regions differ a little. Look at
AWS's pages before you decide.`,
    table(
      ['what', 'price', 'source'],
      [
        [
          'KMS key',
          `$${PRICES.key} a month. The first and the second rotation add $1 a month each; later ones add nothing`,
          SOURCES.kms,
        ],
        ['KMS requests', per(10_000, PRICES.kmsRequests), SOURCES.kms],
        ['SSM parameter, Standard', 'free, with calls at standard throughput', SOURCES.ssm],
        ['SSM parameter, Advanced', `$${PRICES.advanced} a month`, SOURCES.ssm],
        [
          'SSM interactions, Advanced or at higher throughput',
          `${per(10_000, PRICES.interactions)}; each parameter in a call counts`,
          SOURCES.ssm,
        ],
        [
          'secret in Secrets Manager, and each replica',
          `$${PRICES.secret.toFixed(2)} a month`,
          SOURCES.secrets,
        ],
        ['calls to Secrets Manager', per(10_000, PRICES.secretsRequests), SOURCES.secrets],
        ['S3 Standard', `$${PRICES.storage} a GB and month`, SOURCES.s3],
        [
          'S3 requests',
          `PUT and LIST ${per(1_000, PRICES.puts)}; GET and HEAD ${per(1_000, PRICES.gets)}`,
          SOURCES.s3,
        ],
      ],
    ),
    `## Calls

For one manifest with N parameters, of which B are in S3 and U are to be written. Usually a manifest has
one data key. SSM itself uses KMS once for each SecureString that it reads or writes, and you pay for
that too.`,
    table(
      ['command', 'KMS', 'SSM', 'S3'],
      [
        ['`encrypt`', 'at most 3, and 1 for each new blob', 'none', 'none'],
        ['`decrypt`, `export`, `exec`', '1 for each data key and blob', 'none', 'none'],
        [
          '`diff`, and `sync` when nothing differs',
          '1 for each data key, 1 with blobs, and 1 for each SecureString by SSM',
          'N/10 GetParameters, and 1 DescribeParameters for each 50 under the path',
          'B HEAD',
        ],
        [
          '`sync`',
          'also 1 for each new blob, and for each SecureString written by SSM',
          'also U PutParameter',
          'also 1 PUT for each new blob',
        ],
        [
          '`put`',
          '1',
          '1 GetParameter (none with `--overwrite`), 1 PutParameter',
          '1 HEAD, and 1 PUT, or from 16 MiB on 1 for each 8 MiB and 2 more',
        ],
        ['`nuke`', 'none', 'N/10 DeleteParameters', 'deletes the objects, which is free'],
      ],
    ),
    'Where a manifest has `account`, `diff`, `sync` and `nuke` also ask STS once, which is free.',
    `## Two teams

**A small one**: one service in two environments, ${SMALL.secrets} secrets and ${SMALL.strings} plain values in each. One file key and a
kmskey for each environment. In a day CI compares ${SMALL.diffs} times and syncs ${SMALL.syncs === 1 ? 'once' : `${SMALL.syncs} times`}, and ${SMALL.starts} programs start under
\`coffer exec\`.

**A larger one**: ten services in three environments, so ${LARGE.manifests} manifests with ${LARGE.secrets} secrets, ${LARGE.strings} plain values and
one keystore of 100 KiB in S3: ${parameters} parameters. One file key and a kmskey for each environment. In a day CI
compares ${LARGE.diffs} manifests (20 pull requests that touch three each, and a nightly check of all) and syncs ${LARGE.syncs},
and ${LARGE.starts.toLocaleString('en-US')} programs start under \`coffer exec\`.`,
    table(
      ['a month', 'small', 'larger'],
      [
        ['KMS keys', dollars(small.keys), dollars(large.keys)],
        ['KMS requests', dollars(small.kms), dollars(large.kms)],
        ['SSM', dollars(0), dollars(0)],
        ['S3', dollars(small.s3), dollars(large.s3)],
        ['**together**', `**${dollars(total(small))}**`, `**${dollars(total(large))}**`],
        [
          'from the third year on, with rotated keys',
          dollars(total(small) + 2 * small.keys),
          dollars(total(large) + 2 * large.keys),
        ],
      ],
    ),
    `KMS's free tier of 20,000 requests a month would take off ${dollars(20_000 * PRICES.kmsRequests)} at most.

## What makes it more

- **Starts that read SSM.** Under \`exec\` the ${(DAYS * LARGE.starts).toLocaleString('en-US')} starts of the larger team cost ${dollars(startsWithExec)} in KMS
  requests. If its programs read their ${LARGE.secrets + LARGE.strings + LARGE.blobs} parameters from SSM instead, they cost ${dollars(starts.kms)}, and ${dollars(starts.highThroughput)} more
  with higher throughput, which that many reads at once may need.
- **Advanced parameters.** All ${parameters} of them would cost ${dollars(parameters * PRICES.advanced)} a month, and every read counts. Values above 4 KB
  go to S3 by themselves, where 100 KiB cost ${dollars((LARGE.blobBytes / GIB) * PRICES.storage)} a month.
- **Secrets Manager.** One secret for each of ${LARGE.manifests} manifests costs ${dollars(LARGE.manifests * PRICES.secret)} a month. One for each of ${parameters}
  parameters costs ${dollars(parameters * PRICES.secret)}.
- **A KMS key for each service.** Ten more keys cost ${dollars(10 * PRICES.key)} a month. Paths in the encryption context keep
  services apart under one key: [policy.md](policy.md).
- **Regions.** Each region needs its own kmskey and its own objects.

A program makes this page from the prices and the numbers of calls above, so the sums are right if those
are. AWS's bill is what counts.
`,
  ].join('\n\n');
}
