import type { Problem } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import { publishedBy } from '../../manifest/published.ts';

/** What of a manifest others publish too. */
export interface Shared {
  problems: Problem[];
  warnings: Problem[];
}

/** As many names are in a message. */
const NAMES = 3;

/**
 * Things in AWS that several manifests fill: each sync would overwrite what the other wrote. Told
 * once, of the later manifest. Where not both name an account, they may be for two: then it is a
 * warning.
 */
export function findShared(manifests: readonly Manifest[]): Map<Manifest, Shared> {
  const owners = new Map<string, Manifest[]>();
  const found = new Map<Manifest, Shared>();
  for (const manifest of manifests) {
    // The same parameter may be shared in several regions.
    const shared = new Map<Manifest, Set<Parameter>>();
    for (const { key, parameters } of publishedBy(manifest)) {
      const known = owners.get(key) ?? [];
      owners.set(key, [...known, manifest]);
      const other = known.find((one) => one !== manifest && !isOfOther(one, manifest));
      if (other) shared.set(other, new Set([...(shared.get(other) ?? []), ...parameters]));
    }
    const findings: Shared = { problems: [], warnings: [] };
    for (const [other, all] of shared) {
      const isSure = manifest.account !== undefined && other.account !== undefined;
      const problem = describe(manifest, other, [...all]);
      if (isSure) findings.problems.push(problem);
      else findings.warnings.push({ ...problem, hint: `${problem.hint}; ${orAccounts(other)}` });
    }
    found.set(manifest, findings);
  }
  return found;
}

function isOfOther({ account }: Manifest, other: Manifest): boolean {
  return account !== undefined && other.account !== undefined && account !== other.account;
}

function describe(
  { secret }: Manifest,
  other: Manifest,
  parameters: readonly Parameter[],
): Problem & { hint: string } {
  const names =
    secret === undefined ? parameters.map(({ name }) => name) : [`the secret ${secret}`];
  const more = names.length - NAMES;
  const shown = names.slice(0, NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const verb = names.length > 1 ? 'are' : 'is';
  return {
    message: `${shown} ${verb} also in ${other.file}: each sync overwrites what the other wrote`,
    hint: `remove ${names.length > 1 ? 'them' : 'it'} from one of them`,
    place: parameters[0]?.place,
  };
}

function orAccounts({ file }: Manifest): string {
  return `or, if they are for two accounts, name both, as coffer move ${shellFile(file)} --account does`;
}
