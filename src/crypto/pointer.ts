/** `s3://bucket/key`: the value of a parameter whose data is in S3. */
export interface Pointer {
  bucket: string;
  key: string;
  /**
   * The digest in the key: of the sealed bytes in coffer's keys, of the plaintext in those of
   * s3-kms-ssm-secrets. Absent for a URL that a person typed.
   */
  sha256?: string | undefined;
  /** Whether the key is of coffer's form, which promises a V3 object bound to its parameter. */
  isBound?: boolean | undefined;
}

const URL_FORM = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s;
const DIGEST = /(?:^|\/)(v3-)?([0-9a-f]{64})(\.[\w.-]+)?$/;

export function formatPointer({ bucket, key }: Pointer): string {
  return `s3://${bucket}/${key}`;
}

/** Any `s3://` URL of an object. */
export function parseS3Url(url: string): Pointer | undefined {
  const [, bucket, key] = URL_FORM.exec(url) ?? [];
  if (!bucket || !key) return undefined;
  const [, version] = DIGEST.exec(key) ?? [];
  return { bucket, key, sha256: digestOf(key), ...(version && { isBound: true }) };
}

/** Parses a value that points to an object; other text that looks like a URL is not a pointer. */
function parsePointer(value: string): (Pointer & { sha256: string }) | undefined {
  const pointer = parseS3Url(value);
  return pointer?.sha256 ? { ...pointer, sha256: pointer.sha256 } : undefined;
}

/** The object that a parameter points to; `undefined` if it holds its value itself. */
export function pointerOf({
  type,
  value,
}: {
  type: string;
  value?: string | undefined;
}): (Pointer & { sha256: string }) | undefined {
  return type === 'String' && value !== undefined ? parsePointer(value) : undefined;
}

/**
 * The S3 key of a parameter's object: `<path>/<name>/v3-<sha256><extension>`, no leading slash. It
 * says its format, so that no object of an older one can take its place.
 */
export function objectKey(fullName: string, sha256: string, extension: string): string {
  return `${fullName.replace(/^\/+/, '')}/${objectName(sha256, extension)}`;
}

export function objectName(sha256: string, extension: string): string {
  return `v3-${sha256}${extension}`;
}

/** Whether a key or prefix has a part that programs skip or follow like a folder: `//`, `.`, `..`. */
export function hasLooseParts(key: string): boolean {
  return /(?:^|\/)\.{0,2}(?:\/|$)/.test(key);
}

/** The parameter that an object's key spells: the folder that the object is in. */
export function parameterIn({ key }: Pointer): string {
  return `/${key.split('/').slice(0, -1).join('/')}`;
}

/** The digest in an object's key; only coffer and s3-kms-ssm-secrets write one. */
export function digestOf(key: string): string | undefined {
  return DIGEST.exec(key)?.[2];
}

/** The suffix after the digest in an object's key, such as `.tar`. */
export function extensionOf({ key }: Pointer): string | undefined {
  return DIGEST.exec(key)?.[3];
}
