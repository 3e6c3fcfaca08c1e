import { awsErrorName } from '../aws/errors.ts';
import { CofferError } from '../errors.ts';

/** Waiting, which tests and callers may shorten. */
export interface Patience {
  sleep: (ms: number) => Promise<void>;
  /** How often a call that AWS throttles or fails is begun anew, after the SDK's own attempts. */
  attempts: number;
}

export const PATIENT: Patience = {
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  attempts: 6,
};

const THROTTLED = new Set([
  'LimitExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TooManyUpdates',
]);
const FAULTS = new Set([
  // Another write of the same object was under way.
  'ConditionalRequestConflict',
  'InternalError',
  'InternalServerError',
  'KMSInternalException',
  // Another change of the same bucket was under way.
  'OperationAborted',
  'ServiceUnavailable',
]);
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/** Whether the same call may go well later, with nothing changed but the network or a sign-in. */
export function isWorthAnotherRun(error: CofferError): boolean {
  return error.code === 'network' || error.code === 'credentials' || isPassing(error);
}

/** Begins `work` anew while AWS is busy or at fault; any other failure is final. */
export async function persist<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= patience.attempts || !isPassing(error)) throw error;
      await patience.sleep(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
    }
  }
}

/** SSM refuses to create a name again within half a minute of its deletion. */
const RECREATE_PAUSE_MS = 3_000;
const RECREATE_ATTEMPTS = 15;

/**
 * Creates a parameter whose name may have been deleted a moment ago.
 * @param look asked before each further attempt: a name that is taken is a conflict, not a delay
 */
export async function createPatiently(
  create: () => Promise<unknown>,
  look: () => Promise<'absent' | 'done' | 'taken'>,
  patience: Patience,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await create();
      return;
    } catch (error) {
      if (awsErrorName(error) !== 'ParameterAlreadyExists' || attempt === RECREATE_ATTEMPTS) {
        throw error;
      }
      const found = await look();
      if (found === 'done') return;
      if (found === 'taken') throw error;
      await patience.sleep(RECREATE_PAUSE_MS);
    }
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof CofferError)) return false;
  const name = awsErrorName(error) ?? '';
  return THROTTLED.has(name) || FAULTS.has(name);
}
