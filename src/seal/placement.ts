import { parseInline, sizeOfInline } from '../crypto/inline.ts';
import { formatPointer, objectKey } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { matchPattern } from '../manifest/java-pattern.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { asText } from '../formats/text.ts';
import { ADVANCED_BYTES, holdsReference, ssmLimit } from './limits.ts';

/** A value, or the size of one that is too large for SSM whatever it holds. */
export type Placed = Buffer | number;

/** S3 takes keys up to this many bytes; those of names are ASCII. */
const LONGEST_KEY = 1024;
const ANY_DIGEST = '0123456789abcdef'.repeat(4);

/**
 * Whether SSM holds a value itself; otherwise S3 does.
 * @throws CofferError `oversize` when it has nowhere to go, `manifest` when it is not what the
 * parameter allows.
 */
export function goesToSsm(manifest: Manifest, parameter: Parameter, value: Placed): boolean {
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
      `take ${key} away, so that it can go to S3`,
    );
  }
  if (why === REFERENCE && type !== 'SecureString' && store !== 's3') {
    throw refuse(why, 'write it without {{ or }}, or add "store: s3", which seals it for S3');
  }
  if (!manifest.bucket) {
    const isSmall = why !== undefined && why !== REFERENCE && why !== BINARY;
    const orAdvanced =
      isSmall && sizeOf(value) <= ADVANCED_BYTES ? ', or "tier: Advanced" to the parameter' : '';
    throw refuse(
      why ?? 'store: s3 needs a bucket',
      `add "bucket: NAME" to the top of ${manifest.file}${orAdvanced}`,
    );
  }
  const fault = findPointerFault(manifest.bucket, parameter);
  if (fault) throw fault;
  return false;
}

const BINARY = 'its content is not text, which is all that SSM holds';
const REFERENCE = 'it holds {{…}}, which SSM takes for another parameter and refuses';

function whyNotInSsm(parameter: Parameter, value: Placed): string | undefined {
  const limit = ssmLimit(parameter);
  const text = typeof value === 'number' ? '' : asText(value);
  if (text === undefined) return BINARY;
  if (sizeOf(value) > limit) {
    return `its ${sizeOf(value)} bytes are more than the ${limit} that SSM holds in tier ${parameter.tier ?? 'Standard'}`;
  }
  return holdsReference(text) ? REFERENCE : undefined;
}

function sizeOf(value: Placed): number {
  return typeof value === 'number' ? value : value.length;
}

/** Keeps to what SSM would check a text against. */
function requireAllowed(parameter: Parameter, text: string): void {
  const { name, place, allowedPattern, dataType } = parameter;
  if (allowedPattern !== undefined && matchPattern(allowedPattern, text) === 'no') {
    throw new CofferError('manifest', `${name}: its value does not match allowed_pattern`, {
      place,
      hint: 'mend the value or the pattern: SSM would refuse it',
    });
  }
  if (dataType === 'aws:ec2:image' && !/^ami-[0-9a-zA-Z]+$/.test(text)) {
    throw new CofferError('manifest', `${name}: its value is no AMI id, as its data_type demands`, {
      place,
      hint: 'write one such as ami-0123456789abcdef0, or take data_type away',
    });
  }
}

/** What is wrong with the String that stands in SSM for a value in S3: the object's URL. */
function findPointerFault(bucket: string, parameter: Parameter): CofferError | undefined {
  const { name, place, fullName, extension, allowedPattern, dataType = 'text' } = parameter;
  const refuse = (message: string, hint: string) =>
    new CofferError('manifest', `${name} goes to S3, ${message}`, { place, hint });
  const key = objectKey(fullName, ANY_DIGEST, extension);
  if (key.length > LONGEST_KEY) {
    return refuse(
      `where its key is longer than ${LONGEST_KEY} bytes`,
      'choose a shorter name, "path" or extension',
    );
  }
  const url = formatPointer({ bucket, key });
  if (allowedPattern !== undefined && matchPattern(allowedPattern, url) === 'no') {
    return refuse(
      'and the s3:// URL that stands for it does not match allowed_pattern',
      'take allowed_pattern away: SSM would check the URL against it',
    );
  }
  if (dataType !== 'text') {
    return refuse(
      `and the s3:// URL that stands for it is no ${dataType}`,
      'take data_type away: SSM would check the URL against it',
    );
  }
  return undefined;
}

/**
 * What is wrong with a value that stands as it is, unsealed for S3.
 * @param mend the command that seals it
 */
export function findUnplaced(
  manifest: Manifest,
  parameter: Parameter,
  value: Placed,
  mend = `coffer encrypt ${manifest.file}`,
): CofferError | undefined {
  try {
    if (goesToSsm(manifest, parameter, value)) return undefined;
  } catch (error) {
    if (error instanceof CofferError) return error;
    throw error;
  }
  return new CofferError('oversize', `${parameter.name} goes to S3 and is not sealed for it`, {
    place: parameter.place,
    hint: `run ${mend}`,
  });
}

/** Whether ciphertext is of the other place's form, as far as that shows while it is closed. */
export function isMisplaced(parameter: Parameter): boolean {
  const { content, store, encoding } = parameter;
  switch (content.kind) {
    case 'blob':
      return store === 'ssm' || encoding === 'base64';
    case 'sealed': {
      const value = parseInline(content.text);
      return store === 's3' || (value !== undefined && sizeOfInline(value) > ssmLimit(parameter));
    }
    default:
      return content.kind === 'psyml' && store === 's3';
  }
}

/** What is wrong with ciphertext where it stands. */
export function findMisplaced(manifest: Manifest, parameter: Parameter): CofferError | undefined {
  const { name, content, place } = parameter;
  if (!isMisplaced(parameter)) {
    return content.kind === 'blob' ? findUnfitBlob(manifest, parameter) : undefined;
  }
  const message =
    content.kind === 'blob'
      ? `${name} goes to SSM and is sealed for S3`
      : `${name} goes to S3 and is not sealed for it`;
  return new CofferError('oversize', message, {
    place,
    hint: `run coffer encrypt ${manifest.file}`,
  });
}

/** What is wrong with what would stand in SSM for a blob. */
function findUnfitBlob({ bucket, file }: Manifest, parameter: Parameter): CofferError | undefined {
  const { name, place } = parameter;
  if (bucket === undefined) {
    return new CofferError('oversize', `${name} goes to S3, and there is no bucket`, {
      place,
      hint: `add "bucket: NAME" to the top of ${file}`,
    });
  }
  return findPointerFault(bucket, parameter);
}
