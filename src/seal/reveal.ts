import pMap from 'p-map';
import { CofferError } from '../errors.ts';
import { editManifest, isWritable } from '../manifest/index.ts';
import type { Manifest, ManifestEdit, Parameter, ParameterEdit } from '../manifest/model.ts';
import { asText } from '../formats/text.ts';
import { SHOWN_LIMIT } from './limits.ts';
import type { Opener } from './opener.ts';

/** A manifest to read or edit; only its secrets differ from the file. */
export interface View {
  manifest: Manifest;
  text: string;
  /** The secrets that are plaintext in `text`, by name. */
  shown: ReadonlyMap<string, string>;
}

/** A view, and the values that it does not show. */
export interface Revealed extends View {
  /** Values that a manifest cannot hold as plaintext; they stay sealed. */
  left: readonly { name: string; why: Unwritable }[];
  /** Why others could not be opened. */
  failures: readonly CofferError[];
}

type Unwritable = 'long' | 'binary' | 'like ciphertext';

export interface RevealOptions {
  /** Leaves values from files sealed: people edit the file instead. */
  keepFiles?: boolean | undefined;
  /** Leaves values that cannot be opened sealed, instead of failing. */
  keepGoing?: boolean | undefined;
  /** Undoes encrypt: removes the keys, and spells types as SSM does. */
  undoEncrypt?: boolean | undefined;
}

/** Opens the secrets that the manifest can hold as plaintext. */
export async function reveal(
  manifest: Manifest,
  opener: Opener,
  { keepFiles = false, keepGoing = false, undoEncrypt = false }: RevealOptions = {},
): Promise<Revealed> {
  const shown = new Map<string, string>();
  const left: Revealed['left'][number][] = [];
  const failures: CofferError[] = [];
  const sealed = manifest.parameters.filter(isSealed);
  const wanted = keepFiles ? sealed.filter((parameter) => !isFromFile(parameter)) : sealed;
  const opened = await pMap(
    wanted,
    (parameter) =>
      openText(parameter, opener).catch((error: unknown) => {
        if (keepGoing && error instanceof CofferError) return error;
        throw error;
      }),
    { concurrency: 8 },
  );
  for (const [index, { name }] of wanted.entries()) {
    const result = opened[index];
    if (result instanceof CofferError) failures.push(result);
    else if (result && 'text' in result) shown.set(name, result.text);
    else if (result) left.push({ name, why: result.why });
  }
  const edit = undoEncrypt ? undoing(manifest, shown) : { parameters: valuesOf(shown) };
  return { manifest, text: editManifest(manifest, edit), shown, left, failures };
}

function isSealed({ content }: Parameter): boolean {
  return content.kind !== 'plain' && content.kind !== 'absent';
}

function isFromFile({ origin }: Parameter): boolean {
  return origin !== undefined && 'file' in origin;
}

/** Does not even open long values. */
async function openText(
  parameter: Parameter,
  opener: Opener,
): Promise<{ text: string } | { why: Unwritable }> {
  const { content } = parameter;
  if (content.kind === 'blob' && content.blob.size > SHOWN_LIMIT) return { why: 'long' };
  const text = asText(await opener.open(parameter));
  if (text === undefined) return { why: 'binary' };
  return isWritable(text) ? { text } : { why: 'like ciphertext' };
}

function valuesOf(shown: Revealed['shown']): Map<string, ParameterEdit> {
  return new Map([...shown].map(([name, text]) => [name, { content: { kind: 'plain', text } }]));
}

/** Removes the keys if no ciphertext remains. */
function undoing({ parameters }: Manifest, shown: Revealed['shown']): ManifestEdit {
  const values = valuesOf(shown);
  const edits = parameters.map((parameter): [string, ParameterEdit] => {
    const { name, type, typeAsWritten } = parameter;
    const value = values.get(name);
    return [
      name,
      {
        ...value,
        ...(typeAsWritten === typeAsWritten.toLowerCase() && { type }),
        // A manifest cannot have both a value and a file, but it can have a value and generate.
        ...(value && isFromFile(parameter) && { dropOrigin: true }),
      },
    ];
  });
  const isWhole = parameters.filter(isSealed).every(({ name }) => shown.has(name));
  const keys = isWhole ? { encryptedWith: null, dataKeys: null } : {};
  return { ...keys, parameters: new Map(edits) };
}
