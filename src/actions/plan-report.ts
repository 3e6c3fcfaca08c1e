import { lengthClassOf } from '../crypto/padding.ts';
import type { Plan } from '../plan/model.ts';
import type { Action, Difference, Field, ValueChanges } from '../stores/model.ts';
import { countActions } from '../plan/words.ts';

/** The plan, for programs. */
export interface PlanReport {
  counts: Readonly<Record<Action, number>>;
  manifests: {
    file: string;
    path: string;
    region: string;
    /** If it is not SSM. */
    store: string | undefined;
    kmskey: string | undefined;
    bucket: string | undefined;
    changes: {
      action: Action;
      name: string;
      type: string | undefined;
      differences: DifferenceReport[];
      /** The other manifest of the repository that publishes it. */
      owner?: string | undefined;
      /** Of a secret that holds several values: all names, and what changes, if git knows. */
      values?: ({ names: readonly string[] } & Partial<ValueChanges>) | undefined;
    }[];
  }[];
}

/** The values of a secret are masked unless they are to be revealed: only a class of lengths shows. */
type Shown = string | { masked: true; bytes: { least: number; most: number } };

export interface DifferenceReport {
  field: Field;
  before: Shown;
  after: Shown;
}

export function describePlans(plans: readonly Plan[], reveal: boolean): PlanReport {
  const manifests = plans.map(({ file, path, region, store, kmskey, bucket, changes }) => ({
    file,
    path,
    region,
    store: store === 'ssm' ? undefined : store,
    kmskey,
    bucket,
    changes: changes.map(({ action, name, desired, actual, differences, values, owner }) => ({
      action,
      name,
      type: desired?.type ?? actual?.type,
      differences: describeDifferences(differences, reveal),
      ...(owner !== undefined && { owner }),
      ...(desired?.secret?.values && { values: { names: desired.secret.values, ...values } }),
    })),
  }));
  return { counts: countActions(plans), manifests };
}

export function describeDifferences(
  differences: readonly Difference[],
  reveal: boolean,
): DifferenceReport[] {
  return differences.map(({ field, before, after, isSecret }) => {
    const show = (text: string): Shown =>
      isSecret && !reveal ? { masked: true, bytes: lengthClassOf(text) } : text;
    return { field, before: show(before), after: show(after) };
  });
}
