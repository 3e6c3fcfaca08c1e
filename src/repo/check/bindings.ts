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
    const { made, hint } = isOtherList
      ? OTHER_LIST
      : guessDestination(manifest, (other) => bind(other) === binding);
    return [
      {
        message: `the data key ${id} was made for ${made}: what is sealed under it does not open`,
        hint,
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
  return problem(
    parameter,
    guessIdentity(manifest, parameter, isIt) ?? otherName(manifest, parameter),
  );
}

type Bound = Pick<Parameter, 'fullName' | 'type'>;

/** What a ciphertext was made for, and how to bring both together. */
interface Guess {
  made: string;
  hint: string;
}

function findMovedBlob(manifest: Manifest, parameter: Parameter, blob: Blob): Problem | undefined {
  const { destination } = manifest;
  const { binding } = blob;
  if (binding === blobBinding(destination, parameter)) return undefined;
  if (isForOtherList(blob, blobContext(destination, parameter))) {
    return problem(parameter, OTHER_LIST);
  }
  const identity = guessIdentity(
    manifest,
    parameter,
    (other) => blobBinding(destination, other) === binding,
  );
  const guess =
    identity ?? guessDestination(manifest, (other) => blobBinding(other, parameter) === binding);
  return problem(
    parameter,
    guess.made === OTHER_SETTINGS ? otherThing(manifest, parameter) : guess,
  );
}

function blobBinding(destination: Destination, bound: Bound): string {
  return bindingOf(blobContext(destination, bound));
}

const OTHER_LIST: Guess = { made: 'another recovery list', hint: RESTORE_LIST };
const OTHER_SETTINGS = `another ${BOUND_NAMES}`;

function problem({ name, place }: Parameter, { made, hint }: Guess): Problem {
  return { message: `${name} was sealed for ${made}, and does not open here`, hint, place };
}

function otherName({ file }: Manifest, { name }: Parameter): Guess {
  return {
    made: 'another name',
    hint: `change that back and run coffer move ${shellFile(file)} OLD ${name}, which changes the ciphertext too`,
  };
}

/** A blob is bound to its name and to the settings at once. */
function otherThing(manifest: Manifest, parameter: Parameter): Guess {
  const { hint } = otherName(manifest, parameter);
  return {
    made: `another name, type, ${BOUND_NAMES}`,
    hint: `${hint}; or, for settings, ${moveOf(manifest, Object.keys(FLAGS) as Flag[])}`,
  };
}

/** A digest tells nothing but whether a guess is right. */
function guessIdentity(
  { file, path, parameters }: Manifest,
  { fullName, type }: Parameter,
  isIt: (other: Bound) => boolean,
): Guess | undefined {
  const otherType = PARAMETER_TYPES.find(
    (other) => other !== type && isIt({ fullName, type: other }),
  );
  if (otherType) {
    const hint = `change that back and run coffer edit ${shellFile(file)}, which changes the ciphertext too`;
    return { made: `the type ${otherType}`, hint };
  }
  const owner = parameters.find((other) => isIt({ fullName: other.fullName, type }));
  if (!owner) return undefined;
  return {
    made: `the name ${owner.fullName.slice(path.length)}`,
    hint: `change that back: coffer move ${shellFile(file)} OLD NEW renames, and coffer copy makes another one`,
  };
}

/** Lists of regions that somebody may have made this one of: with one more, one less, or any one. */
function listsLike(present: readonly string[]): string[][] {
  return [
    ...REGIONS.map((region) => [region]),
    ...present.map((region) => present.filter((other) => other !== region)),
    ...REGIONS.filter((region) => !present.includes(region)).map((region) => [...present, region]),
  ];
}

function guessDestination(manifest: Manifest, isIt: (other: Destination) => boolean): Guess {
  const { file, destination, encryptedWith } = manifest;
  const back = (flags: readonly Flag[]) =>
    `change that back in ${file} and run ${moveOf(manifest, flags)}, which seals all anew`;
  const regions = listsLike(destination.region.split(',')).find((other) =>
    isIt({ ...destination, region: boundRegion(other) }),
  );
  if (regions) {
    const made = `the region${regions.length > 1 ? 's' : ''} ${regions.join(', ')}`;
    return { made, hint: back(['region']) };
  }
  for (const setting of ['account', 'secret'] as const) {
    const isAdded =
      destination[setting] !== undefined && isIt({ ...destination, [setting]: undefined });
    if (isAdded) return { made: `no ${setting}`, hint: back([setting]) };
  }
  const account = encryptedWith?.split(':')[4];
  if (account !== undefined && isIt({ ...destination, account })) {
    return { made: `the account ${account}`, hint: `write account: "${account}" again in ${file}` };
  }
  return { made: OTHER_SETTINGS, hint: back(Object.keys(FLAGS) as Flag[]) };
}

type Flag = Exclude<keyof Destination, 'recovery'>;

/** The flags of coffer move for what data keys are bound to; only coffer recovery changes its list. */
const FLAGS = {
  path: ({ path }) => `--path ${path}`,
  region: ({ region }) => (region.includes(',') ? `--regions ${region}` : `--region ${region}`),
  kmskey: ({ kmskey }) => kmskey && `--kmskey ${kmskey}`,
  account: ({ account }) => account && `--account ${account}`,
  secret: ({ secret }) => secret && `--secret ${secret}`,
} as const satisfies Record<Flag, (destination: Destination) => string | undefined>;

/** Sets what the file has now, once that was changed back. */
function moveOf({ file, destination }: Manifest, settings: readonly Flag[]): string {
  const flags = settings.flatMap((setting) => FLAGS[setting](destination) ?? []);
  return ['coffer move', shellFile(file), ...flags].join(' ');
}
