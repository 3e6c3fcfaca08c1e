import { isManagedByAws } from '../aws/managed-key.ts';
import { parseInline, sizesOfInline } from '../crypto/inline.ts';
import { formatPointer, hasLooseParts, objectKey } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { matchPattern } from '../manifest/java-pattern.ts';
import type { Manifest, Parameter, StoreName } from '../manifest/model.ts';
import { REGION_MARK } from '../manifest/regions.ts';
import { asText } from '../formats/text.ts';
import { ADVANCED_BYTES, holdsReference, ssmLimit } from './limits.ts';
import { findUnfitSecret, isBlobInJson, isInlineSecret } from './secret-placement.ts';

/** A value, or only its size if that is too large for SSM. */
export type Placed = Buffer | number;

/** S3's limit for keys, in bytes; names are ASCII. */
const LONGEST_KEY = 1024;
const ANY_DIGEST = '0123456789abcdef'.repeat(4);

/** Where a store puts values, and in which form a manifest holds them. */
interface Placement {
  isInline: (manifest: Manifest, parameter: Parameter, value: Placed) => boolean;
  isMisplaced: (manifest: Manifest, parameter: Parameter) => boolean;
  /** Why ciphertext in the right form cannot be published. */
  findUnfit: (manifest: Manifest, parameter: Parameter) => CofferError | undefined;
  /** What holds inline values, and what blobs: in messages. */
  inlineAt: (manifest: Manifest) => string;
  blobsAt: string;
}

const PLACEMENTS = {
  ssm: {
    isInline: goesToSsm,
    isMisplaced: (_, parameter) => isMisplacedInSsm(parameter),
    findUnfit: (manifest, parameter) =>
      parameter.content.kind === 'blob' ? findUnfitBlob(manifest, parameter) : undefined,
    inlineAt: () => 'SSM',
    blobsAt: 'S3',
  },
  secretsmanager: {
    isInline: isInlineSecret,
    isMisplaced: isBlobInJson,
    findUnfit: findUnfitSecret,
    inlineAt: ({ secret = 'Secrets Manager' }) => secret,
    blobsAt: 'a secret of its own',
  },
} as const satisfies Record<StoreName, Placement>;

/**
 * Whether the manifest holds a value inline; otherwise as a blob.
 * @throws CofferError `oversize` if it fits nowhere, `manifest` if the parameter does not allow it
 */
export function isInline(manifest: Manifest, parameter: Parameter, value: Placed): boolean {
  return PLACEMENTS[manifest.store].isInline(manifest, parameter, value);
}

/** Whether a value goes to SSM; otherwise it goes to S3. */
function goesToSsm(manifest: Manifest, parameter: Parameter, value: Placed): boolean {
  const { name, place, store, encoding, type } = parameter;
  const why = whyNotInSsm(parameter, value);
  if (why === undefined && store !== 's3') {
    if (typeof value !== 'number') requireAllowed(parameter, value.toString());
    return true;
  }
  const refuse = (message: string, hint: string) =>
    new CofferError('oversize', `${name}: ${message}`, { place, hint });
  if (store === 'ssm' || encoding === 'base64') {
    const key = store === 'ssm' ? 'store: ssm' : 'encoding: base64';
    throw refuse(
      why ?? `${key} contradicts store: s3`,
      `remove ${key}, so that the value can go to S3`,
    );
  }
  if (why === REFERENCE && type !== 'SecureString' && store !== 's3') {
    throw refuse(why, 'write it without {{ or }}, or add "store: s3" to encrypt it for S3');
  }
  if (!manifest.bucket) {
    const isSmall = why !== undefined && why !== REFERENCE && why !== BINARY;
    const orAdvanced =
      isSmall && sizeOf(value) <= ADVANCED_BYTES ? ', or "tier: Advanced" to the parameter' : '';
    throw refuse(why ?? 'store: s3 needs a bucket', `${hintForBucket(manifest)}${orAdvanced}`);
  }
  const fault = findKeyFault(manifest, parameter) ?? findPointerFault(manifest.bucket, parameter);
  if (fault) throw fault;
  return false;
}

function hintForBucket({ file, regions }: Manifest): string {
  const name = regions.length > 1 ? `NAME-${REGION_MARK}` : 'NAME';
  return `add "bucket: ${name}" to the top of ${file}`;
}

const BINARY = 'its content is not text, and SSM holds only text';
const REFERENCE = 'it contains {{…}}, which SSM refuses as a reference to another parameter';

function whyNotInSsm(parameter: Parameter, value: Placed): string | undefined {
  const limit = ssmLimit(parameter);
  const text = typeof value === 'number' ? '' : asText(value);
  if (text === undefined) return BINARY;
  if (sizeOf(value) > limit) {
    return `its ${sizeOf(value)} bytes exceed SSM's limit of ${limit} in tier ${parameter.tier ?? 'Standard'}`;
  }
  return holdsReference(text) ? REFERENCE : undefined;
}

function sizeOf(value: Placed): number {
  return typeof value === 'number' ? value : value.length;
}

/** Checks a text as SSM would. */
function requireAllowed(parameter: Parameter, text: string): void {
  const { name, place, allowedPattern, dataType } = parameter;
  if (allowedPattern !== undefined && matchPattern(allowedPattern, text) === 'no') {
    throw new CofferError('manifest', `${name}: its value does not match allowed_pattern`, {
      place,
      hint: 'fix the value or the pattern: SSM would refuse it',
    });
  }
  if (dataType === 'aws:ec2:image' && !/^ami-[0-9a-zA-Z]+$/.test(text)) {
    throw new CofferError(
      'manifest',
      `${name}: its value is not an AMI id, which its data_type requires`,
      {
        place,
        hint: 'write one such as ami-0123456789abcdef0, or remove data_type',
      },
    );
  }
}

/** Why KMS would refuse to wrap an object's data key. */
function findKeyFault({ file, kmskey }: Manifest, parameter: Parameter): CofferError | undefined {
  if (kmskey === undefined || !isManagedByAws(kmskey)) return undefined;
  const { name, place } = parameter;
  return new CofferError(
    'manifest',
    `${name} goes to S3, but kmskey is ${kmskey}, a key that AWS lets only its own service use`,
    {
      place,
      hint: `name a key of your own: coffer move ${shellFile(file)} --kmskey alias/NAME, which coffer bootstrap can create`,
    },
  );
}

/** Why SSM would refuse the pointer to an object, a String with its URL. */
function findPointerFault(bucket: string, parameter: Parameter): CofferError | undefined {
  const { name, place, fullName, extension, allowedPattern, dataType = 'text' } = parameter;
  const refuse = (message: string, hint: string) =>
    new CofferError('manifest', `${name} goes to S3, ${message}`, { place, hint });
  const key = objectKey(fullName, ANY_DIGEST, extension);
  if (hasLooseParts(key)) {
    return refuse('where its key would have a part . or ..', 'choose another name or "path"');
  }
  if (key.length > LONGEST_KEY) {
    return refuse(
      `where its key would be longer than ${LONGEST_KEY} bytes`,
      'choose a shorter name, "path" or extension',
    );
  }
  const url = formatPointer({ bucket, key });
  if (allowedPattern !== undefined && matchPattern(allowedPattern, url) === 'no') {
    return refuse(
      'and its s3:// URL does not match allowed_pattern',
      'remove allowed_pattern: SSM would check the URL against it',
    );
  }
  if (dataType !== 'text') {
    return refuse(
      `and its s3:// URL is not of data_type ${dataType}`,
      'remove data_type: SSM would check the URL against it',
    );
  }
  return undefined;
}

/**
 * What is wrong with a plaintext value that only a blob can hold.
 * @param fix the command that seals it
 */
export function findUnplaced(
  manifest: Manifest,
  parameter: Parameter,
  value: Placed,
  fix = `coffer encrypt ${shellFile(manifest.file)}`,
): CofferError | undefined {
  try {
    if (isInline(manifest, parameter, value)) return undefined;
  } catch (error) {
    if (error instanceof CofferError) return error;
    throw error;
  }
  const { blobsAt } = PLACEMENTS[manifest.store];
  const message = `${parameter.name} goes to ${blobsAt} but is not encrypted for it`;
  return new CofferError('oversize', message, { place: parameter.place, hint: `run ${fix}` });
}

/** Whether ciphertext has the wrong form for its store, as far as that shows without opening it. */
export function isMisplaced(manifest: Manifest, parameter: Parameter): boolean {
  return PLACEMENTS[manifest.store].isMisplaced(manifest, parameter);
}

function isMisplacedInSsm(parameter: Parameter): boolean {
  const { content, store, encoding } = parameter;
  switch (content.kind) {
    case 'blob':
      return store === 'ssm' || encoding === 'base64';
    case 'sealed': {
      const value = parseInline(content.text);
      // Of its length only a class shows: what may fit stays until it is opened.
      const least = value ? sizesOfInline(value).least : 0;
      return store === 's3' || least > ssmLimit(parameter);
    }
    default:
      return content.kind === 'psyml' && store === 's3';
  }
}

/** Where a value in the wrong form goes, in messages. */
export function rightPlace(manifest: Manifest, { content }: Parameter): string {
  const { inlineAt, blobsAt } = PLACEMENTS[manifest.store];
  return content.kind === 'blob' ? inlineAt(manifest) : blobsAt;
}

/** Why ciphertext is in the wrong form. */
export function findMisplaced(manifest: Manifest, parameter: Parameter): CofferError | undefined {
  const { name, content, place } = parameter;
  const { findUnfit, inlineAt, blobsAt } = PLACEMENTS[manifest.store];
  if (!isMisplaced(manifest, parameter)) return findUnfit(manifest, parameter);
  const message =
    content.kind === 'blob'
      ? `${name} goes to ${inlineAt(manifest)} but is encrypted for ${blobsAt}`
      : `${name} goes to ${blobsAt} but is not encrypted for it`;
  return new CofferError('oversize', message, {
    place,
    hint: `run coffer encrypt ${shellFile(manifest.file)}`,
  });
}

/** Why a blob cannot be published. */
function findUnfitBlob(manifest: Manifest, parameter: Parameter): CofferError | undefined {
  const { bucket } = manifest;
  const { name, place } = parameter;
  if (bucket === undefined) {
    return new CofferError('oversize', `${name} goes to S3, but the manifest has no bucket`, {
      place,
      hint: hintForBucket(manifest),
    });
  }
  return findKeyFault(manifest, parameter) ?? findPointerFault(bucket, parameter);
}
