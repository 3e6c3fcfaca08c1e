import { awsErrorName } from '../../aws/errors.ts';
import { CofferError } from '../../errors.ts';
import { isThrottled } from '../../stores/patience.ts';
import { hasStatus, KubeError } from '../kube/errors.ts';

/** Why a CofferSecret is not ready. */
export type Reason =
  /** AWS no longer has this version. */
  | 'VersionNotFound'
  /** The version is younger than its pin: the parameter was deleted and created again. */
  | 'VersionReplaced'
  /** The pointer names another object than the pin, or the object is not what it was. */
  | 'PointerChanged'
  /** A right is missing, in AWS or in Kubernetes; or `--require-prefix` forbids the name. */
  | 'AccessDenied'
  | 'Throttled'
  /** Another one made the Secret of this name. */
  | 'NotOurs'
  /** The API server refuses the Secret: it is immutable or too large. */
  | 'Refused'
  /** The role is not in `--allow-role`, or cannot be assumed. */
  | 'RoleDenied'
  /** AWS or the API server did not answer, or not as they should. */
  | 'Unavailable';

/** A failure with its reason; its message holds no value. */
export class SyncError extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.name = 'SyncError';
    this.reason = reason;
  }
}

/** The reason and the message for people, for whatever went wrong. */
export function explain(error: unknown): { reason: Reason; message: string } {
  if (error instanceof SyncError) return { reason: error.reason, message: error.message };
  if (error instanceof KubeError) return { reason: reasonOfKube(error), message: error.message };
  if (error instanceof CofferError) return { reason: reasonOfAws(error), message: error.message };
  // A bug. Its message might quote what it stumbled on.
  const name = error instanceof Error ? error.name : typeof error;
  return { reason: 'Unavailable', message: `unexpected failure: ${name}` };
}

function reasonOfKube(error: KubeError): Reason {
  if (hasStatus(error, 401, 403)) return 'AccessDenied';
  if (hasStatus(error, 400, 404, 413, 422)) return 'Refused';
  return hasStatus(error, 429) ? 'Throttled' : 'Unavailable';
}

function reasonOfAws(error: CofferError): Reason {
  if (isThrottled(error)) return 'Throttled';
  switch (error.code) {
    case 'denied':
      return error.message.startsWith('sts:AssumeRole') ? 'RoleDenied' : 'AccessDenied';
    case 'not-found':
      return 'VersionNotFound';
    case 'tampered':
      return 'PointerChanged';
    case 'oversize':
      return 'Refused';
    case 'manifest':
      // A property of what is no JSON object.
      return 'VersionNotFound';
    default:
      return awsErrorName(error) === 'InvalidRequestException' ? 'VersionNotFound' : 'Unavailable';
  }
}
