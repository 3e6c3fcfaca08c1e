import type { Difference, Plan } from './model.ts';
import { countActions } from './words.ts';

/**
 * Plans for programs: `{version: 1, counts, manifests: [{file, path, region, kmskey, bucket,
 * changes: [{action, name, type, differences: [{field, before, after}]}]}]}`. A secret's `before` and `after` are
 * `{masked: true, bytes}` unless `reveal` is set.
 */
export function renderPlanJson(plans: readonly Plan[], reveal: boolean): string {
  const manifests = plans.map(({ file, path, region, kmskey, bucket, changes }) => ({
    file,
    path,
    region,
    kmskey,
    bucket,
    changes: changes.map(({ action, name, desired, actual, differences }) => ({
      action,
      name,
      type: desired?.type ?? actual?.type,
      differences: renderDifferencesJson(differences, reveal),
    })),
  }));
  return `${JSON.stringify({ version: 1, counts: countActions(plans), manifests }, null, 2)}\n`;
}

export function renderDifferencesJson(differences: readonly Difference[], reveal: boolean) {
  return differences.map(({ field, before, after, isSecret }) => {
    const show = (text: string) =>
      isSecret && !reveal ? { masked: true, bytes: Buffer.byteLength(text) } : text;
    return { field, before: show(before), after: show(after) };
  });
}
