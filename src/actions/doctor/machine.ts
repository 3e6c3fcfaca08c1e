import type { Caller } from '../../aws/account-guard.ts';
import type { EndpointService } from '../../aws/endpoints.ts';
import type { Surroundings, Way } from '../../aws/surroundings.ts';
import { CofferError, isFailure } from '../../errors.ts';
import { countOf } from '../../formats/count.ts';
import type { Manifest, StoreName } from '../../manifest/model.ts';
import { fail, ok, skip, warn, type Check, type Result } from './finding.ts';

/** Services that a store calls, besides KMS and STS. */
const SERVICES_OF = {
  ssm: ['ssm', 's3'],
  secretsmanager: ['secretsmanager'],
} as const satisfies Record<StoreName, readonly EndpointService[]>;

/** Who calls AWS, asked once for all checks. */
export interface Identity {
  caller: Promise<Caller>;
  /** How far AWS's clock is ahead; undefined if AWS did not answer. */
  aheadMs: () => number | undefined;
}

export function identify(around: Surroundings, region: string): Identity {
  let aheadMs: number | undefined;
  // An error of the settings is thrown at once, and counts as an answer too.
  const ask = async () => around.caller(region, (ms) => void (aheadMs ??= ms));
  const caller = ask();
  // The check of the identity reports it.
  caller.catch(() => {});
  return { caller, aheadMs: () => aheadMs };
}

/** What this machine says, whatever the manifest. */
export function machineChecks(
  around: Surroundings,
  { caller, aheadMs }: Identity,
  { regions, manifests }: { regions: readonly string[]; manifests: readonly Manifest[] },
): Check[] {
  const hasManifests = manifests.length > 0;
  const stores = new Set<StoreName>(hasManifests ? manifests.map(({ store }) => store) : ['ssm']);
  const services = ['kms', ...[...stores].flatMap((store) => SERVICES_OF[store]), 'sts'] as const;
  const ways = () =>
    regions.flatMap((region) =>
      services.map((service) => ({ service, way: around.way(service, region) })),
    );
  return [
    { topic: 'credentials', run: () => describeCredentials(around) },
    { topic: 'identity', run: () => describeCaller(around, caller, hasManifests) },
    { topic: 'region', run: () => describeRegion(around) },
    { topic: 'endpoints', run: () => ok(listWays(ways(), 'endpoint', "AWS's own")) },
    { topic: 'proxy', run: () => ok(listWays(ways(), 'proxy', 'none')) },
    { topic: 'certificates', run: async () => ok(await around.certificates()) },
    { topic: 'retries', run: () => describeRetries(around) },
    { topic: 'clock', run: async () => judgeClock(await caller.then(aheadMs, aheadMs)) },
  ];
}

async function describeCredentials(around: Surroundings): Promise<Result> {
  const source = around.source();
  const end = await around.expiration();
  return ok(end ? `${source}, until ${end.toISOString()}` : source);
}

/** Only `account:` needs STS: where manifests show that AWS answers, a way to STS may be missing. */
async function describeCaller(
  around: Surroundings,
  asked: Identity['caller'],
  hasManifests: boolean,
): Promise<Result> {
  const found = await around.expiration().catch(() => 'none');
  if (found === 'none') return skip(NO_CREDENTIALS);
  try {
    const { account, arn } = await asked;
    return ok(`account ${account}, ${arn}`);
  } catch (error) {
    const isLost = isFailure(error, 'network');
    if (!isLost || !hasManifests) throw error;
    return warn(error.message, error.hint);
  }
}

function describeRegion(around: Surroundings): Result {
  const home = around.homeRegion();
  if (home) return ok(`${home.region} (${home.from}), for names without a manifest`);
  return warn(
    'none for names without a manifest',
    'set AWS_REGION or the region of the profile, or give --region',
  );
}

function describeRetries(around: Surroundings): Result {
  const { attempts, mode } = around.retries();
  return ok(`${countOf(attempts, 'attempt')} for each call, ${mode}`);
}

/** One text if all services have the same, else one for each that differs. */
function listWays(
  ways: readonly { service: EndpointService; way: Way }[],
  part: keyof Way,
  none: string,
): string {
  const services = new Map<string, Set<string>>();
  for (const { service, way } of ways) {
    const text = way[part] ?? none;
    services.set(text, (services.get(text) ?? new Set()).add(service));
  }
  const [only, ...others] = services.keys();
  if (only !== undefined && others.length === 0) return only;
  return [...services].map(([text, names]) => `${[...names].join(', ')}: ${text}`).join('; ');
}

const NOTICEABLE_MS = 60_000;
/** AWS refuses a signature that is older or younger. */
const REFUSED_MS = 5 * 60_000;

/** @param aheadMs how far AWS's clock is ahead; its seconds are whole ones */
export function judgeClock(aheadMs: number | undefined): Result {
  if (aheadMs === undefined) return skip('AWS did not answer, so its time is unknown');
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const text = `${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} AWS`;
  const hint = 'set the clock of this machine, for example with NTP';
  if (Math.abs(aheadMs) >= REFUSED_MS)
    return fail(`${text}: AWS refuses more than 5 minutes`, hint);
  if (Math.abs(aheadMs) >= NOTICEABLE_MS) return warn(text, hint);
  return ok(seconds < 2 ? 'as that of AWS' : text);
}

const NO_CREDENTIALS = 'not tried without credentials';

/** For checks that call AWS: other lines say what is wrong with credentials and settings. */
export async function withCredentials(
  { caller }: Identity,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'credentials' && (await caller.then(() => undefined, codeOf)) === code) {
      return skip(NO_CREDENTIALS);
    }
    if (code === 'usage') return skip('not tried with these settings');
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof CofferError ? error.code : undefined;
}
