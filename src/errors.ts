/** A place in a file. `line` and `column` count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/**
 * The kind of a failure. The list is closed, so that callers and tests can rely on it.
 *
 * - `usage`: the call itself is wrong (flags, arguments, a missing file)
 * - `manifest`: the manifest is wrong (syntax, schema, rules)
 * - `source`: a `file:` or `generate:` source cannot be used
 * - `disk`: no space to write
 * - `plaintext`: a plaintext secret where only ciphertext is allowed
 * - `tampered`: ciphertext, object or pointer failed verification
 * - `key`: a KMS key, alias or data key is missing, disabled or unusable
 * - `denied`: the caller lacks a right in AWS
 * - `credentials`: no usable AWS credentials
 * - `network`: AWS is unreachable, or did not answer in time
 * - `not-found`: a parameter, object or bucket does not exist
 * - `oversize`: a value does not fit its store
 * - `conflict`: someone else changed the same thing in the meantime
 * - `locked`: another process wrote the same manifest for too long
 * - `partial`: some of the work failed; the rest was done
 * - `no-command`: a command to run does not exist
 * - `not-executable`: a command to run cannot run
 * - `declined`: the answer to a question was no, or it could not be asked; an editor failed
 * - `interrupted`: a signal, or Ctrl-C, ended the work early
 * - `aws`: any other refusal by AWS
 */
export type ErrorCode =
  | 'usage'
  | 'manifest'
  | 'source'
  | 'disk'
  | 'plaintext'
  | 'tampered'
  | 'key'
  | 'denied'
  | 'credentials'
  | 'network'
  | 'not-found'
  | 'oversize'
  | 'conflict'
  | 'locked'
  | 'partial'
  | 'no-command'
  | 'not-executable'
  | 'declined'
  | 'interrupted'
  | 'aws';

/** One problem: what is wrong, where, and how to fix it. Never contains a secret. */
export interface Problem {
  message: string;
  hint?: string | undefined;
  place?: Place | undefined;
}

/**
 * Every expected failure of coffer. People see no stack trace for it; anything else thrown is a
 * bug. Neither `message` nor `hint` ever contains a secret's plaintext.
 */
export class CofferError extends Error implements Problem {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  /** All problems, if one call reports several; otherwise only this one. */
  readonly problems: readonly Problem[];
  /** The report of the work that was done. */
  readonly report: object | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      hint?: string | undefined;
      place?: Place | undefined;
      cause?: unknown;
      problems?: readonly Problem[] | undefined;
      report?: object | undefined;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'CofferError';
    this.code = code;
    this.hint = details.hint;
    this.place = details.place;
    this.problems = details.problems ?? [{ message, hint: details.hint, place: details.place }];
    this.report = details.report;
  }
}

/** Whether this is an expected failure, of this kind. */
export function isFailure(error: unknown, code: ErrorCode): error is CofferError {
  return error instanceof CofferError && error.code === code;
}
