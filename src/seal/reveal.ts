import pMap from 'p-map';
import { CofferError } from '../errors.ts';
import { editManifest, isWritable } from '../manifest/index.ts';
import type { Manifest, ManifestEdit, Parameter, ParameterEdit } from '../manifest/model.ts';
import { asText } from '../formats/text.ts';
import { INLINE_LIMIT } from './limits.ts';
import type { Opener } from './opener.ts';

/** A manifest as people read or edit it; every byte but the secrets is that of the manifest. */
export interface View {
  manifest: Manifest;
  text: string;
  /** The secrets that stand in `text` in plaintext, by name. */
  shown: ReadonlyMap<string, string>;
}

/** A view, and why it does not show more. */
export interface Revealed extends View {
  /** What cannot stand in a manifest as plaintext, and stays sealed. */
  left: readonly { name: string; why: Unwritable }[];
  /** Why others could not be opened. */
  failures: readonly CofferError[];
}

type Unwritable = 'long' | 'binary' | 'like ciphertext';

export interface RevealOptions {
  /** Leaves what comes from a file sealed: the file is the place to edit it. */
  keepFiles?: boolean | undefined;
  /** Leaves what cannot be opened sealed, instead of failing. */
  keepGoing?: boolean | undefined;
  /** Makes the text that of before encrypt: without keys, its types as SSM spells them. */
  undoEncrypt?: boolean | undefined;
}

/** Opens the secrets of a manifest that can stand in it as plaintext. */
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

/** What is long is not even opened. */
async function openText(
  parameter: Parameter,
  opener: Opener,
): Promise<{ text: string } | { why: Unwritable }> {
  const { content } = parameter;
  if (content.kind === 'blob' && content.blob.size > INLINE_LIMIT) return { why: 'long' };
  const text = asText(await opener.open(parameter));
  if (text === undefined) return { why: 'binary' };
  return isWritable(text) ? { text } : { why: 'like ciphertext' };
}

function valuesOf(shown: Revealed['shown']): Map<string, ParameterEdit> {
  return new Map([...shown].map(([name, text]) => [name, { content: { kind: 'plain', text } }]));
}

/** The keys go with the last ciphertext. */
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
        // A typed value and a file contradict each other; one that was generated may be typed.
        ...(value && isFromFile(parameter) && { dropOrigin: true }),
      },
    ];
  });
  const isWhole = parameters.filter(isSealed).every(({ name }) => shown.has(name));
  const keys = isWhole ? { encryptedWith: null, dataKeys: null } : {};
  return { ...keys, parameters: new Map(edits) };
}
