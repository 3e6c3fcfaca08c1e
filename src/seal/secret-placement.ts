import { parseInline, sizesOfInline } from '../crypto/inline.ts';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { CofferError } from '../errors.ts';
import { asText } from '../formats/text.ts';
import type { Content, Manifest, Parameter } from '../manifest/model.ts';
import { SECRET_BYTES } from './limits.ts';

const ELSEWHERE =
  'keep it in a manifest without "store: secretsmanager": SSM and S3 hold values of any size';

/**
 * Whether a value of Secrets Manager is text, which the manifest holds inline; otherwise it is bytes,
 * which only a secret of their own can hold.
 * @throws CofferError `oversize`
 */
export function isInlineSecret(
  manifest: Manifest,
  parameter: Parameter,
  value: Buffer | number,
): boolean {
  const size = typeof value === 'number' ? value : value.length;
  if (size > SECRET_BYTES) throw tooLarge(parameter, size);
  if (typeof value === 'number' || asText(value) !== undefined) return true;
  if (manifest.secret === undefined) return false;
  throw binaryInJson(manifest, parameter);
}

/** A value that is not text cannot be part of a JSON secret. */
export function binaryInJson({ secret }: Manifest, { name, place }: Parameter): CofferError {
  return new CofferError(
    'oversize',
    `${name}: its content is not text, and the secret ${secret} holds texts`,
    {
      place,
      hint: 'add "encoding: base64" to it, or remove "secret" at the top, so that each parameter is a secret of its own',
    },
  );
}

export function isBlobInJson({ secret }: Manifest, { content }: Parameter): boolean {
  return secret !== undefined && content.kind === 'blob';
}

/** Why Secrets Manager cannot hold a sealed value, as far as its ciphertext shows that. */
export function findUnfitSecret(_: Manifest, parameter: Parameter): CofferError | undefined {
  const least = leastSize(parameter.content);
  return least > SECRET_BYTES ? tooLarge(parameter, least) : undefined;
}

function tooLarge({ name, place }: Parameter, size: number): CofferError {
  return new CofferError(
    'oversize',
    `${name}: its ${size} bytes exceed the ${SECRET_BYTES} of Secrets Manager, where "store" sends it`,
    { place, hint: ELSEWHERE },
  );
}

/** Why all values together do not fit into the one secret, as far as their ciphertexts show that. */
export function findFullSecret(manifest: Manifest): CofferError | undefined {
  const { secret, parameters } = manifest;
  if (secret === undefined) return undefined;
  const texts = parameters.map(({ name, content }) => [name, 'x'.repeat(leastSize(content))]);
  return refuseFull(manifest, Buffer.byteLength(JSON.stringify(Object.fromEntries(texts))));
}

/** @param size of the JSON */
export function refuseFull(
  { secret, parameters }: Manifest,
  size: number,
): CofferError | undefined {
  if (size <= SECRET_BYTES) return undefined;
  return new CofferError(
    'oversize',
    `the values together exceed the ${SECRET_BYTES} bytes of a secret, and "secret" puts them all into ${secret}`,
    {
      place: parameters[0]?.place,
      hint: 'split the manifest, or remove "secret", so that each parameter is a secret of its own',
    },
  );
}

/** How many bytes a value has at least. */
function leastSize(content: Content): number {
  switch (content.kind) {
    case 'plain':
      return Buffer.byteLength(content.text);
    case 'sealed': {
      const value = parseInline(content.text);
      return value ? sizesOfInline(value).least : 0;
    }
    case 'blob':
      return content.blob.size - TAG_BYTES;
    default:
      return 0;
  }
}
