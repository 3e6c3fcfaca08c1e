import { CofferError } from '../../errors.ts';
import { explainSystemError } from '../../files/errors.ts';

/** How a check went; `skip`: it could not be tried, and the text says why. */
type State = 'ok' | 'warn' | 'fail' | 'skip';

/** The result of one check, without secrets. */
export interface Finding {
  /** `credentials`, `file key`. */
  topic: string;
  /** The manifest that it is about. */
  file?: string | undefined;
  state: State;
  text: string;
  /** What to do. */
  hint?: string | undefined;
}

/** A result before it has a topic. */
export type Result = Omit<Finding, 'topic' | 'file'>;

export interface Check {
  topic: string;
  file?: string | undefined;
  run: () => Promise<Result> | Result;
}

export function ok(text: string): Result {
  return { state: 'ok', text };
}

export function warn(text: string, hint?: string): Result {
  return { state: 'warn', text, hint };
}

export function fail(text: string, hint?: string): Result {
  return { state: 'fail', text, hint };
}

export function skip(text: string): Result {
  return { state: 'skip', text };
}

/** Long enough for one patient call, so that a dead network does not look like a slow one. */
const LIMIT_MS = 30_000;

/** Runs all checks at once; one that fails or hangs does not stop the others. */
export function runChecks(checks: readonly Check[], limitMs = LIMIT_MS): Promise<Finding[]> {
  return Promise.all(
    checks.map(async ({ topic, file, run }) => ({ topic, file, ...(await tryOne(run, limitMs)) })),
  );
}

async function tryOne(run: Check['run'], limitMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result>((done) => {
    const result = fail(`no answer within ${limitMs / 1000} s`, 'check the network and the proxy');
    timer = setTimeout(() => done(result), limitMs);
  });
  try {
    return await Promise.race([run(), late]);
  } catch (error) {
    const expected = error instanceof CofferError ? error : explainSystemError(error);
    if (!expected) throw error;
    return fail(expected.message, expected.hint);
  } finally {
    clearTimeout(timer);
  }
}
