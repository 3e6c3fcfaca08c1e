import { REGIONS } from '../../aws/regions.ts';
import {
  bindingOf,
  blobContext,
  boundRegion,
  BOUND_NAMES,
  dataKeyContext,
  type Destination,
} from '../../crypto/contexts.ts';
import { isForOtherList, RESTORE_LIST } from '../../crypto/data-keys.ts';
import { inlineBindingOf, parseInline } from '../../crypto/inline.ts';
import type { Problem } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import { PARAMETER_TYPES, type Blob, type Manifest, type Parameter } from '../../manifest/model.ts';
import { Places } from '../../manifest/yaml/places.ts';

/**
 * Data keys that were made for other settings than the file has now. What is sealed under them does
 * not open, and KMS would say so only at the next sync.
 */
export function findMovedKeys(manifest: Manifest): Problem[] {
  const { destination, dataKeys, text, file } = manifest;
  const places = new Places(text, file);
  return Object.entries(dataKeys).flatMap(([id, dataKey]) => {
    const { binding, author } = dataKey;
    const bind = (other: Destination) => bindingOf(dataKeyContext(other, author));
    if (bind(destination) === binding) return [];
    const isOtherList = isForOtherList(dataKey, dataKeyContext(destination, author));
    const made = isOtherList
      ? OTHER_LIST
      : guessDestination(destination, (other) => bind(other) === binding);
    return [
      {
        message: `the data key ${id} was made for ${made}: what is sealed under it does not open`,
        hint: isOtherList ? RESTORE_LIST : hintForSettings(file),
        place: places.at(text.search(new RegExp(`\\b${id}["']?\\s*:`))),
      },
    ];
  });
}

/** Ciphertext that was sealed for another name or type, or a blob for other settings. */
export function findMoved(manifest: Manifest, parameter: Parameter): Problem | undefined {
  const { content } = parameter;
  if (content.kind === 'blob') return findMovedBlob(manifest, parameter, content.blob);
  const value = content.kind === 'sealed' ? parseInline(content.text) : undefined;
  if (!value || value.binding === inlineBindingOf(parameter)) return undefined;
  // Where all values under a key moved, the key is told once.
  const key = manifest.dataKeys[value.keyId];
  if (!key || key.binding !== bindingOf(dataKeyContext(manifest.destination, key.author))) {
    return undefined;
  }
  const isIt = (other: Bound) => value.binding === inlineBindingOf(other);
  return problem(manifest, parameter, guessIdentity(manifest, parameter, isIt) ?? 'another name');
}

type Bound = Pick<Parameter, 'fullName' | 'type'>;

function findMovedBlob(manifest: Manifest, parameter: Parameter, blob: Blob): Problem | undefined {
  const { destination } = manifest;
  const { binding } = blob;
  if (binding === blobBinding(destination, parameter)) return undefined;
  if (isForOtherList(blob, blobContext(destination, parameter))) {
    return { ...problem(manifest, parameter, OTHER_LIST), hint: RESTORE_LIST };
  }
  const identity = guessIdentity(
    manifest,
    parameter,
    (other) => blobBinding(destination, other) === binding,
  );
  if (identity !== undefined) return problem(manifest, parameter, identity);
  const made = guessDestination(destination, (other) => blobBinding(other, parameter) === binding);
  return problem(manifest, parameter, made === OTHER_SETTINGS ? OTHER_ANYTHING : made);
}

function blobBinding(destination: Destination, bound: Bound): string {
  return bindingOf(blobContext(destination, bound));
}

const OTHER_LIST = 'another recovery list';
const OTHER_SETTINGS = `another ${BOUND_NAMES}`;
const OTHER_ANYTHING = `another name, type, ${BOUND_NAMES}`;

function problem({ file }: Manifest, { name, place }: Parameter, sealedFor: string): Problem {
  return {
    message: `${name} was sealed for ${sealedFor}, and does not open here`,
    hint: `change that back and run coffer move ${shellFile(file)}, which changes the ciphertext too`,
    place,
  };
}

function hintForSettings(file: string): string {
  return `change that back in ${file} and run coffer move ${shellFile(file)}, which seals all anew`;
}

/** A digest tells nothing but whether a guess is right. */
function guessIdentity(
  { path, parameters }: Manifest,
  { fullName, type }: Parameter,
  isIt: (other: Bound) => boolean,
): string | undefined {
  const otherType = PARAMETER_TYPES.find(
    (other) => other !== type && isIt({ fullName, type: other }),
  );
  if (otherType) return `the type ${otherType}`;
  const owner = parameters.find((other) => isIt({ fullName: other.fullName, type }));
  return owner && `the name ${owner.fullName.slice(path.length)}`;
}

/** Lists of regions that somebody may have made this one of: with one more, one less, or any one. */
function listsLike(present: readonly string[]): string[][] {
  return [
    ...REGIONS.map((region) => [region]),
    ...present.map((region) => present.filter((other) => other !== region)),
    ...REGIONS.filter((region) => !present.includes(region)).map((region) => [...present, region]),
  ];
}

function guessDestination(destination: Destination, isIt: (other: Destination) => boolean): string {
  const regions = listsLike(destination.region.split(',')).find((other) =>
    isIt({ ...destination, region: boundRegion(other) }),
  );
  if (regions) return `the region${regions.length > 1 ? 's' : ''} ${regions.join(', ')}`;
  if (isIt({ ...destination, account: undefined })) return 'no account';
  return OTHER_SETTINGS;
}
