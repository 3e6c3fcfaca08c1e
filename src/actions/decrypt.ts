import pMap from 'p-map';
import type { Problem } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { ParameterType } from '../manifest/model.ts';
import { reveal } from '../seal/reveal.ts';
import { findParameter, openerFor, readOneManifest } from './manifests.ts';
import type { Tools } from './tools.ts';

/** A manifest as it was before encrypt. */
export interface DecryptReport {
  text: string;
  /** One warning per long or binary value, which stays sealed in `text`. */
  left: Problem[];
}

/**
 * Returns a manifest in plaintext, comments included; the file does not change.
 * @throws CofferError if one of its values cannot be decrypted
 */
export async function decrypt(tools: Tools, file: string): Promise<DecryptReport> {
  const manifest = await readOneManifest(tools, file);
  const opener = await openerFor(tools, manifest);
  const { text, left } = await reveal(manifest, opener, { undoEncrypt: true });
  return {
    text,
    left: left.map(({ name, why }) => ({
      message: `${name} is ${why} and stays encrypted`,
      hint: `coffer decrypt ${shellFile(file)} --value ${name} prints it`,
    })),
  };
}

/** A value in plaintext. */
export interface DecryptedValue {
  /** The full name. */
  name: string;
  type: ParameterType;
  bytes: Buffer;
}

export interface DecryptValuesOptions {
  /** Decrypts only the parameters with these names. */
  only?: readonly string[] | undefined;
}

/** Returns the values of a manifest, text or binary. */
export async function decryptValues(
  tools: Tools,
  file: string,
  { only }: DecryptValuesOptions = {},
): Promise<DecryptedValue[]> {
  const manifest = await readOneManifest(tools, file);
  const wanted = only?.map((name) => findParameter(manifest, name)) ?? manifest.parameters;
  const opener = await openerFor(tools, manifest);
  return pMap(
    wanted,
    async (parameter) => {
      const { fullName: name, type } = parameter;
      return { name, type, bytes: await opener.open(parameter) };
    },
    { concurrency: 8 },
  );
}
