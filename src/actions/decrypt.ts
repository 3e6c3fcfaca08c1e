import pMap from 'p-map';
import type { Problem } from '../errors.ts';
import type { ParameterType } from '../manifest/model.ts';
import { reveal } from '../seal/reveal.ts';
import { findParameter, openerFor, readOneManifest } from './manifests.ts';
import type { Tools } from './tools.ts';

/** A manifest as it was before encrypt. */
export interface DecryptReport {
  text: string;
  /** One for each value that is long or binary, and stays sealed in `text`. */
  left: Problem[];
}

/**
 * A manifest in plaintext, comments and all; the file stays as it is.
 * @throws CofferError when one of its values cannot be opened
 */
export async function decrypt(tools: Tools, file: string): Promise<DecryptReport> {
  const manifest = await readOneManifest(tools, file);
  const opener = await openerFor(tools, manifest);
  const { text, left } = await reveal(manifest, opener, { undoEncrypt: true });
  return {
    text,
    left: left.map(({ name, why }) => ({
      message: `${name} is ${why} and left sealed`,
      hint: `coffer decrypt ${file} --value ${name} prints it alone`,
    })),
  };
}

/** A value in plaintext. */
export interface DecryptedValue {
  /** In full. */
  name: string;
  type: ParameterType;
  bytes: Buffer;
}

export interface DecryptValuesOptions {
  /** Names of the only parameters to open. */
  only?: readonly string[] | undefined;
}

/** The values of a manifest, whatever they hold. */
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
