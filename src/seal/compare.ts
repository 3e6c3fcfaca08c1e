import { isDeepStrictEqual } from 'node:util';
import { blobContext } from '../crypto/contexts.ts';
import { CofferError, type Problem } from '../errors.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import { isMisplaced } from './placement.ts';
import type { View } from './reveal.ts';

/** How an edited view differs from the original one. */
export interface Comparison {
  /** The former state of secrets that did not change in the view. */
  unchanged: ReadonlyMap<string, Parameter>;
  /** Blobs whose data keys are bound to another name, type or destination; their bodies are not. */
  renamedBlobs: readonly { parameter: Parameter; blob: Blob; owner: Parameter }[];
  /** All that encrypt has to look at, and of these the files to seal again, whatever they hold. */
  todo: ReadonlySet<string>;
  reseal: ReadonlySet<string>;
  /** Those of `todo` with a value that the parameter had, or one that was renamed. */
  known: ReadonlySet<string>;
}

/** @throws CofferError `manifest` if ciphertext is in a place where it would not open */
export function compareEdited({ manifest: before, shown }: View, edited: Manifest): Comparison {
  const unchanged = new Map<string, Parameter>();
  const renamedBlobs: Comparison['renamedBlobs'][number][] = [];
  const todo = new Set<string>();
  const reseal = new Set<string>();
  const known = new Set<string>();
  const names = new Set(edited.parameters.map(({ name }) => name));
  const given = new Set([...shown].flatMap(([name, text]) => (names.has(name) ? [] : [text])));
  const isRenamed = (name: string, text: string) => !shown.has(name) && given.has(text);
  const problems: Problem[] = [];
  // The data keys are bound to where the secrets go.
  const isBoundAlike = isDeepStrictEqual(edited.destination, before.destination);
  const own = new Map(isBoundAlike ? before.parameters.map((one) => [one.name, one]) : []);
  const owners = ownersOf(before);
  for (const parameter of edited.parameters) {
    const { name, type, content, origin } = parameter;
    const namesake = own.get(name);
    const old = namesake?.type === type ? namesake : undefined;
    const owner = findOwner(owners, parameter);
    const text = owner ? undefined : typedText(parameter);
    if (text !== undefined && (shown.get(name) === text || isRenamed(name, text))) known.add(name);
    if (old && text !== undefined && shown.get(name) === text) {
      unchanged.set(name, old);
      if (isMisplaced(edited, { ...parameter, content: old.content })) todo.add(name);
    } else if (text !== undefined || content.kind === 'absent') {
      todo.add(name);
    } else if (owner && (owner === old || content.kind === 'blob')) {
      const [was, is] = [
        blobContext(before.destination, owner),
        blobContext(edited.destination, parameter),
      ];
      if (content.kind === 'blob' && !isDeepStrictEqual(was, is)) {
        renamedBlobs.push({ parameter, blob: content.blob, owner });
      }
      const isToMove = content.kind !== 'psyml' && isMisplaced(edited, parameter);
      if (isToMove || !isDeepStrictEqual(owner.origin, origin)) todo.add(name);
    } else if (origin && 'file' in origin) {
      todo.add(name);
      reseal.add(name);
    } else problems.push(misplaced(parameter));
  }
  const [first] = problems;
  if (first) throw new CofferError('manifest', first.message, { ...first, problems });
  return { unchanged, renamedBlobs, todo, reseal, known };
}

type Owners = ReadonlyMap<string, readonly Parameter[]>;

/** The parameters of a manifest by their ciphertext. */
function ownersOf({ parameters }: Manifest): Owners {
  const owners = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    const key = keyOf(parameter.content);
    const others = owners.get(key);
    if (others) others.push(parameter);
    else owners.set(key, [parameter]);
  }
  return owners;
}

function keyOf(content: Parameter['content']): string {
  return JSON.stringify(content);
}

/** The parameter that held this ciphertext before. */
function findOwner(owners: Owners, { fullName, content }: Parameter): Parameter | undefined {
  if (content.kind === 'plain' || content.kind === 'absent') return undefined;
  const found = owners.get(keyOf(content)) ?? [];
  return found.find((one) => one.fullName === fullName) ?? found[0];
}

/** The typed text, which may look like psyml's ciphertext. */
function typedText({ content }: Parameter): string | undefined {
  if (content.kind === 'psyml') return content.ciphertext;
  return content.kind === 'plain' ? content.text : undefined;
}

function misplaced({ name, place }: Parameter): Problem {
  return {
    message: `${name} has ciphertext of another parameter`,
    hint: 'type the value in plaintext: ciphertext cannot be decrypted under another name or type',
    place,
  };
}
