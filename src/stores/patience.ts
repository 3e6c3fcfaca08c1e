import { awsErrorName } from '../aws/errors.ts';
import { CofferError } from '../errors.ts';

/** How to wait; tests and callers may shorten it. */
export interface Patience {
  sleep: (ms: number) => Promise<void>;
  /** How often to repeat a throttled or failed call, after the SDK's own attempts. */
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
  // Another write of the same object was running.
  'ConditionalRequestConflict',
  'InternalError',
  'InternalServerError',
  'InternalServiceError',
  'KMSInternalException',
  // Another change of the same bucket was running.
  'OperationAborted',
  'ServiceUnavailable',
]);
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/** Whether the same call may succeed later, after a change of only the network or the sign-in. */
export function isWorthAnotherRun(error: CofferError): boolean {
  return error.code === 'network' || error.code === 'credentials' || isPassing(error);
}

/** Whether AWS refuses a call because there were too many. */
export function isThrottled(error: unknown): boolean {
  return THROTTLED.has(awsErrorName(error) ?? '');
}

/** Repeats `work` while AWS is busy or failing; any other failure is final. */
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

/** How a store treats names that were just deleted. */
interface Names {
  /** Whether a failure says that a name is taken. */
  isTaken: (error: unknown) => boolean;
  pauseMs: number;
  attempts: number;
}

/** SSM refuses to create a name again within half a minute of its deletion. */
const SSM_NAMES: Names = {
  isTaken: (error) => awsErrorName(error) === 'ParameterAlreadyExists',
  pauseMs: 3_000,
  attempts: 15,
};

/**
 * Creates something whose name may have just been deleted.
 * @param look called before each further attempt: an existing parameter is a conflict, not a delay
 */
export async function createPatiently(
  create: () => Promise<unknown>,
  look: () => Promise<'absent' | 'done' | 'taken'>,
  patience: Patience,
  { isTaken, pauseMs, attempts }: Names = SSM_NAMES,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await create();
      return;
    } catch (error) {
      if (!isTaken(error) || attempt === attempts) throw error;
      const found = await look();
      if (found === 'done') return;
      if (found === 'taken') throw error;
      await patience.sleep(pauseMs);
    }
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof CofferError)) return false;
  const name = awsErrorName(error) ?? '';
  return THROTTLED.has(name) || FAULTS.has(name);
}
