import { CofferError, type ErrorCode } from '../errors.ts';
import { explainCall, explainMisuse, type AwsFailure, type Doing } from './explanations.ts';
import { DISTRUST, explainNetwork, hintForNetwork, type NetworkFailure } from './network-errors.ts';

/** Whether a call waited too long. */
export function isTimeout(error: unknown): boolean {
  const cause = error instanceof CofferError ? error.cause : error;
  return cause instanceof Error && (cause as NetworkFailure).limit !== undefined;
}

/** How AWS says that a key is there no more, or not to be used: disabled, deleted or about to be. */
const OUT_OF_USE = new Set([
  'DisabledException',
  'KMSInvalidStateException',
  'KeyUnavailableException',
  'NotFoundException',
]);

/**
 * The cause of a failure if nothing names credentials. A source that is named and gives none, such
 * as an SSO session that has expired, is no such case: its owner can sign in.
 */
export class NoCredentials extends Error {}

/**
 * Whether a key cannot be used, whoever calls: it is disabled or deleted, its region cannot be
 * reached, or there are no credentials to ask with. Refused rights do not count, nor do credentials
 * that are refused, wrong or expired, nor does a wrong key or context.
 */
export function isOutOfUse(error: unknown): boolean {
  if (!(error instanceof CofferError)) return false;
  if (error.code === 'credentials') return error.cause instanceof NoCredentials;
  if (error.code === 'network')
    return (error.cause as NetworkFailure | undefined)?.limit !== 'interrupted';
  return OUT_OF_USE.has(awsErrorName(error) ?? '');
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  Forbidden: 'denied',
  UnauthorizedAccess: 'denied',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  InvalidToken: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  UnrecognizedClientException: 'credentials',
  DependencyTimeoutException: 'network',
  TimeoutError: 'network',
  ECONNREFUSED: 'network',
  ECONNRESET: 'network',
  EHOSTUNREACH: 'network',
  EAI_AGAIN: 'network',
  ENETUNREACH: 'network',
  ENOTFOUND: 'network',
  EPIPE: 'network',
  EPROTO: 'network',
  RequestExpired: 'aws',
  RequestInTheFuture: 'aws',
  RequestTimeTooSkewed: 'aws',
  ETIMEDOUT: 'network',
  ProxyRefusal: 'network',
  ...Object.fromEntries(Object.keys(DISTRUST).map((name) => [name, 'network' as const])),
  DisabledException: 'key',
  IncorrectKeyException: 'key',
  InvalidKeyId: 'key',
  InvalidKeyUsageException: 'key',
  KeyUnavailableException: 'key',
  KMSInvalidStateException: 'key',
  InvalidCiphertextException: 'tampered',
  NoSuchBucket: 'not-found',
  NoSuchBucketPolicy: 'not-found',
  NoSuchKey: 'not-found',
  NoSuchLifecycleConfiguration: 'not-found',
  NoSuchPublicAccessBlockConfiguration: 'not-found',
  NoSuchUpload: 'not-found',
  NotFound: 'not-found',
  NotFoundException: 'not-found',
  OwnershipControlsNotFoundError: 'not-found',
  ParameterNotFound: 'not-found',
  ParameterVersionNotFound: 'not-found',
  ServerSideEncryptionConfigurationNotFoundError: 'not-found',
  PreconditionFailed: 'conflict',
  ParameterAlreadyExists: 'conflict',
  ResourceExistsException: 'conflict',
  ResourceNotFoundException: 'not-found',
  EncryptionFailure: 'key',
  DecryptionFailure: 'key',
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  denied: 'ask for this permission, or use other credentials (--profile)',
  credentials:
    'sign in (aws sso login), set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile',
};

/** The hint if something between coffer and AWS changes answers. */
export const CHECK_THE_WAY =
  'check --endpoint-url and any proxy on the way to AWS, then run the command again';

/** The hint if KMS cannot use a key. */
export const CHECK_THE_KEY = 'check that the KMS key exists, is enabled and is in this region';

/** The name of the error for an answer with the wrong shape. */
export const MISSHAPEN = 'MisshapenAnswer';

/**
 * A failed call as a `CofferError` whose `cause` is the SDK's error.
 * @param renew how to get other credentials
 */
export function translate(error: unknown, doing: Doing, renew?: string): CofferError {
  if (error instanceof CofferError) return error;
  const failure: AwsFailure = error instanceof Error ? error : new Error('unknown failure');
  const misuse = explainMisuse(failure);
  if (misuse) return new CofferError('usage', misuse.message, { hint: misuse.hint, cause: error });
  const name = nameOf(failure);
  const said = explainCall(failure, name, doing);
  const code = said?.code ?? CODES[name] ?? 'aws';
  const message = said?.message ?? explain(failure, name, code, doing);
  const hint = said?.hint ?? hintFor(failure, name, code, doing, renew);
  return new CofferError(code, `${doing.action} ${doing.target}: ${message}`, {
    hint: failure.limit === 'interrupted' ? undefined : hint,
    cause: error,
  });
}

/** Node's code for a failure of the network, or undefined; the SDK hides it in some messages. */
export function nodeErrorIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message, name } = error as AwsFailure;
  const words = [code, name, ...(message.match(/\b[A-Z][A-Za-z_]+\b/g) ?? [])];
  return words.find((word) => word !== undefined && CODES[word] === 'network');
}

/** AWS's own name of the error that `error` wraps, such as `ParameterNotFound`. */
export function awsErrorName(error: unknown): string | undefined {
  const cause = error instanceof CofferError ? error.cause : error;
  return cause instanceof Error ? nameOf(cause) : undefined;
}

function nameOf(failure: AwsFailure): string {
  // Node reports refused connections to several addresses as an AggregateError with a code.
  if (failure.code && failure.code in CODES) return failure.code;
  // A HEAD has no body, so the SDK knows only the status.
  if (failure.$metadata?.httpStatusCode === 403 && !(failure.name in CODES)) return 'Forbidden';
  if (failure.$metadata?.httpStatusCode === 404 && !(failure.name in CODES)) return 'NotFound';
  return !(failure.name in CODES) && isUnreadable(failure) ? MISSHAPEN : failure.name;
}

/** Whether the SDK could not read the answer; what it says then may quote from it. */
function isUnreadable(failure: AwsFailure): boolean {
  return failure instanceof SyntaxError || failure.message.includes('Deserialization error');
}

function explain(failure: AwsFailure, name: string, code: ErrorCode, doing: Doing): string {
  switch (code) {
    case 'credentials':
      if (name === 'CredentialsProviderError') return 'there are no AWS credentials';
      return name.startsWith('ExpiredToken')
        ? `the credentials have expired (${name})`
        : `AWS does not accept the credentials (${name})`;
    case 'network':
      return explainNetwork(failure, name);
    default: {
      if (isUnreadable(failure)) {
        return name === MISSHAPEN
          ? 'the answer cannot be read: it is cut off, or not from AWS'
          : name;
      }
      if (name === 'InvalidCiphertextException') return 'KMS does not recognise the ciphertext';
      const message = clean(failure.message, name, doing.secret);
      // The SDK uses this for a missing message.
      const isSaid = message !== '' && message !== 'UnknownError';
      // A name may exist in another region. Buckets are found in all of them.
      if (code === 'not-found' && doing.region && !doing.action.startsWith('s3:')) {
        return isSaid ? `${message} (in ${doing.region})` : `not found in ${doing.region}`;
      }
      if (isSaid) return message;
      return code === 'not-found' ? 'not found' : name;
    }
  }
}

function hintFor(
  failure: AwsFailure,
  name: string,
  code: ErrorCode,
  { action }: Doing,
  renew: string | undefined,
): string | undefined {
  if (name === 'InvalidCiphertextException')
    return 'the ciphertext was changed, or encrypted for another key, name or path';
  if (action === 'kms:Decrypt' && code === 'denied')
    return 'ask for kms:Decrypt: on the file key for values in git, on kmskey for values in AWS';
  if ((action === 'kms:CreateKey' || action === 'kms:CreateAlias') && code === 'denied')
    return 'let an administrator create the key, with coffer bootstrap or with the code that coffer bootstrap --as terraform prints';
  if (action.startsWith('sts:AssumeRole') && code === 'denied')
    return 'ask for sts:AssumeRole on this role; the role has to trust you, and may need a right MFA code or external_id';
  if (name === 'InvalidPolicyAttributeException')
    return 'if an Expiration is in the past, give it a later Timestamp, or remove it';
  if (name === MISSHAPEN) return CHECK_THE_WAY;
  if (code === 'key') return CHECK_THE_KEY;
  if (code === 'network') return hintForNetwork(failure, name);
  return code === 'credentials' && renew !== undefined ? renew : HINTS[code];
}

/** A shorter secret is in many texts by chance. */
const SHORTEST_TELLING = 4;
/** A secret of this length is in no text by chance. */
const LONGEST_CHANCE = 16;

/**
 * AWS's text without a secret that it quotes. What is quoted is cut out as a whole. What remains is
 * never cut where it looks like the secret: gaps would show where `1111` is in the ARN of a key, and so
 * what it is. It is told as it stands, or not at all.
 */
function clean(text: string, name: string, secret: string | undefined): string {
  // These errors are not about the value, so what their text has of it is there by chance.
  const isAboutOther = name in CODES;
  // Cuts the whole secret first: it may contain the words that end a quotation.
  const cut = secret && !isAboutOther ? text.replaceAll(`'${secret}'`, '(not shown)') : text;
  if (secret && (isAboutOther ? isQuoted(cut, secret) : mayQuote(cut, secret))) {
    return `${name} (the rest is not shown, as it may quote the value)`;
  }
  return cut
    .replace(/\b(value:?) '[\s\S]*?' (at|with)\b/gi, '$1 (not shown) $2')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function isQuoted(text: string, secret: string): boolean {
  return secret.length >= LONGEST_CHANCE && text.includes(secret);
}

/** For a short secret always, so that the answer does not say whether the text has it. */
function mayQuote(text: string, secret: string): boolean {
  return secret.length < SHORTEST_TELLING || text.includes(secret);
}
