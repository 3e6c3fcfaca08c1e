import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { ServiceName } from './services.ts';

/** Who calls AWS. */
export interface Caller {
  /** Twelve digits. */
  account: string;
  /** A user, or an assumed role with the name of its session. */
  arn: string;
}

/** A manifest, and the account that it names, if it does. */
export interface AccountDemand {
  file: string;
  account?: string | undefined;
  region: string;
}

/** Finds whose credentials calls have: those of the session, or of the caller's own client. */
export type FindCaller = (region: string, service?: ServiceName) => Promise<Caller>;

/**
 * Keeps one call of coffer from writing to another account than its manifests name, and from reading
 * what they publish there.
 */
export class AccountGuard {
  readonly #findCaller: FindCaller;
  /** By account. */
  readonly #demands = new Map<string, AccountDemand>();
  readonly #callers = new Map<ServiceName | undefined, Promise<Caller>>();

  constructor(findCaller: FindCaller) {
    this.#findCaller = findCaller;
  }

  /** Notes which account a manifest is for. It asks nobody: a call may only read. */
  demand(manifest: AccountDemand): void {
    const { account } = manifest;
    if (account !== undefined && !this.#demands.has(account)) this.#demands.set(account, manifest);
  }

  /**
   * Asks STS once, and only if a manifest names an account.
   * @param service the one that is called, if its client is the caller's own
   * @param of the manifest that is read. Default: all, as for a write
   * @throws CofferError `credentials` if a manifest names another account than the caller's
   */
  async requireAccount(service?: ServiceName, of?: AccountDemand): Promise<void> {
    const demands = of
      ? [of].filter((one) => one.account !== undefined)
      : [...this.#demands.values()];
    const [first] = demands;
    if (!first) return;
    const { account, arn } = await this.#callerOf(service, first);
    const other = demands.find((demand) => demand.account !== account);
    if (!other) return;
    throw new CofferError(
      'credentials',
      `these credentials are of the account ${account} (${arn}), but ${other.file} is for the account ${other.account}: nothing is read or written`,
      {
        hint: `use credentials of ${other.account}: --profile names a profile, --role a role to assume; if the manifest is for ${account}, run coffer move ${shellFile(other.file)} --account ${account}`,
      },
    );
  }

  async #callerOf(service: ServiceName | undefined, demand: AccountDemand): Promise<Caller> {
    const known = this.#callers.get(service) ?? this.#findCaller(demand.region, service);
    this.#callers.set(service, known);
    try {
      return await known;
    } catch (error) {
      if (!(error instanceof CofferError)) throw error;
      const { code, message, hint, cause } = error;
      const why = `${demand.file} is for the account ${demand.account}, and coffer cannot find out whether these credentials are of it`;
      throw new CofferError(code, `${why}: ${message}`, { hint, cause });
    }
  }
}
