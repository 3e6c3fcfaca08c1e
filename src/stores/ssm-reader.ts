import { CofferError } from '../errors.ts';
import type { ParameterVersion } from './parameter.ts';
import type { ValueReader, VersionSelector } from './port.ts';
import type { ParameterStore } from './ssm.ts';

/** What people call the current version. A label of that name is `NAME:latest`, SSM's notation. */
const LATEST = 'latest';

/** Reads SSM by name. */
export function createSsmReader(parameters: ParameterStore): ValueReader {
  return {
    title: 'SSM',
    complete: completeName,
    // SSM's own notation: NAME:VERSION, NAME:label.
    get: ({ name, version = LATEST }) =>
      parameters.get(version === LATEST ? name : `${name}:${version}`),
    version: (selector) => findVersion(parameters, selector),
    getMany: (names, open) => parameters.getMany(names, open),
    list: (path) => parameters.describePath(path),
    tellsSizes: true,
    history: (name, open) => parameters.history(name, open),
  };
}

/** Adds the leading slash that SSM requires in a name with slashes, and that people leave out. */
export function completeName(name: string): string {
  const isComplete = name.startsWith('/') || name.startsWith('arn:');
  return name.includes('/') && !isComplete ? `/${name}` : name;
}

/** @throws CofferError `not-found` for a version that SSM no longer has. */
async function findVersion(
  parameters: ParameterStore,
  { name, version }: VersionSelector,
): Promise<ParameterVersion> {
  const versions = await parameters.history(name, true);
  const found =
    version === LATEST
      ? versions.at(-1)
      : versions.find(
          (item) => String(item.version) === version || item.labels.includes(version ?? ''),
        );
  if (found) return found;
  const known = versions.map((item) => [item.version, ...item.labels].join(' '));
  throw new CofferError('not-found', `${name} has no version ${version}`, {
    hint: `the versions are ${known.join(', ')}`,
  });
}
