import type { Manifest, Parameter } from '../model.ts';
import { mapVersions, pickChanged, type Versions } from './merged.ts';

const FIELDS = ['type', 'content', 'origin', 'description'] as const satisfies (keyof Parameter)[];

/** Whether a merged manifest has just the parameters that it should have, each as it should be. */
export function isFaithful(merged: Manifest, versions: Versions<Manifest | undefined>): boolean {
  const known = mapVersions(versions, byName);
  const names = new Set([...known.ours.keys(), ...known.theirs.keys()]);
  const expected = [...names].filter(
    (name) => (known.ours.has(name) && known.theirs.has(name)) || !known.base.has(name),
  );
  if (merged.parameters.length !== expected.length) return false;
  const result = byName(merged);
  return expected.every((name) => {
    const parameter = result.get(name);
    return (
      parameter &&
      isExpected(
        parameter,
        mapVersions(known, (all) => all.get(name)),
      )
    );
  });
}

function isExpected(parameter: Parameter, versions: Versions<Parameter | undefined>): boolean {
  const { base } = versions;
  const ours = versions.ours ?? versions.theirs;
  const theirs = versions.theirs ?? versions.ours;
  return FIELDS.every((field) => {
    const [before, mine, other] = [base, ours, theirs].map((version) =>
      JSON.stringify(version?.[field]),
    );
    return (
      JSON.stringify(parameter[field]) === pickChanged({ base: before, ours: mine, theirs: other })
    );
  });
}

function byName(manifest: Manifest | undefined): Map<string, Parameter> {
  return new Map(manifest?.parameters.map((parameter) => [parameter.name, parameter]));
}
