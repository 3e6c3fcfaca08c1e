import { CofferError } from '../../errors.ts';
import { withKeys } from '../../formats/kubernetes.ts';
import { entriesOf } from '../../manifest/entries.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import { didYouMean } from '../parameter-name.ts';

/** One value to pin. */
export interface Wanted {
  manifest: Manifest;
  parameter: Parameter;
  /** The name in its store; several values may share one secret. */
  stored: string;
  /** Its key in the Secret. */
  key: string;
}

/** The limit of CofferSecrets, in schemas/crd.json. */
const MOST_KEYS = 500;

/**
 * The values of manifests to pin, sorted by key.
 * @param only names in the manifest or full names; all if empty
 * @throws CofferError `usage` or `manifest` if they do not fit one CofferSecret
 */
export function wantedOf(manifests: readonly Manifest[], only: readonly string[]): Wanted[] {
  refuseSeveralRegions(manifests);
  const all = manifests.flatMap((manifest) =>
    entriesOf(manifest).flatMap(({ name: stored, parameters }) =>
      parameters.map((parameter) => ({ manifest, parameter, stored, name: parameter.name })),
    ),
  );
  for (const name of only) {
    if (all.some((item) => isCalled(item.parameter, name))) continue;
    const known = all.flatMap(({ parameter }) => [parameter.name, parameter.fullName]);
    throw new CofferError('usage', `parameter not found in any manifest: ${name}`, {
      hint: didYouMean(name, known),
    });
  }
  const chosen = all.filter(
    ({ parameter }) => only.length === 0 || only.some((name) => isCalled(parameter, name)),
  );
  if (chosen.length > MOST_KEYS) {
    throw new CofferError(
      'usage',
      `a CofferSecret holds at most ${MOST_KEYS} keys, not ${chosen.length}`,
      { hint: 'make several, each of its own --name, with --only or of fewer manifests' },
    );
  }
  if (chosen.length === 0) throw new CofferError('manifest', 'there is nothing to pin');
  return withKeys(chosen);
}

function isCalled({ name, fullName }: Parameter, word: string): boolean {
  return name === word || fullName === word;
}

/** A CofferSecret reads one region. */
function refuseSeveralRegions(manifests: readonly Manifest[]): void {
  const [first] = manifests;
  const several = manifests.find(({ regions }) => regions.length > 1);
  if (several) {
    throw new CofferError(
      'usage',
      `${several.file} is published in ${several.regions.join(', ')}: a CofferSecret reads one of them`,
      { hint: `choose the one of the cluster, as with --region ${several.region}` },
    );
  }
  const other = manifests.find(({ region }) => region !== first?.region);
  if (!first || !other) return;
  throw new CofferError(
    'usage',
    `${first.file} is in ${first.region}, and ${other.file} in ${other.region}: a CofferSecret reads one region`,
    { hint: 'pin the manifests of each region by a call of its own, with another --name' },
  );
}
