import { editManifest } from '../edit.ts';
import type { Manifest, Parameter, ParameterEdit } from '../model.ts';
import { mapVersions, type Versions } from './merged.ts';

/**
 * Lets the day of a value's last change go along with the value: where one side alone has another
 * value, the day of the other side becomes that of the base, and so gives way.
 */
export function alignStamps(manifests: Versions<Manifest>): Versions<string> {
  const { base, ours, theirs } = mapVersions(manifests, byName);
  const edits = {
    ours: new Map<string, ParameterEdit>(),
    theirs: new Map<string, ParameterEdit>(),
  };
  for (const [name, before] of base) {
    const [mine, other] = [ours.get(name), theirs.get(name)];
    if (!mine || !other || hasOtherValue(before, mine) === hasOtherValue(before, other)) continue;
    const [side, stays] = hasOtherValue(before, mine)
      ? (['theirs', other] as const)
      : (['ours', mine] as const);
    if (stays.changed !== before.changed)
      edits[side].set(name, { changed: before.changed ?? null });
  }
  return {
    base: manifests.base.text,
    ours: editManifest(manifests.ours, { parameters: edits.ours }),
    theirs: editManifest(manifests.theirs, { parameters: edits.theirs }),
  };
}

function hasOtherValue(before: Parameter, after: Parameter): boolean {
  return JSON.stringify(before.content) !== JSON.stringify(after.content);
}

function byName({ parameters }: Manifest): ReadonlyMap<string, Parameter> {
  return new Map(parameters.map((parameter) => [parameter.name, parameter]));
}
