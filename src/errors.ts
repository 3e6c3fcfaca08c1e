/** Where something stands in a file. `line` and `column` count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/**
 * What kind of thing went wrong; closed, so that callers and tests can rely on it.
 *
 * - `usage`: the call itself is wrong (flags, arguments, a missing file)
 * - `manifest`: the manifest is wrong (syntax, schema, rules)
 * - `source`: a `file:` or `generate:` source cannot be used
 * - `disk`: there is no room to write
 * - `plaintext`: a plaintext secret stands where only ciphertext may
 * - `tampered`: ciphertext, object or pointer does not verify
 * - `key`: a KMS key, alias or data key is missing, disabled or cannot be used
 * - `denied`: AWS refused the caller's rights
 * - `credentials`: no usable AWS credentials
 * - `network`: AWS could not be reached, or did not answer in time
 * - `not-found`: a parameter, object or bucket does not exist
 * - `oversize`: a value does not fit where it has to go
 * - `conflict`: somebody else changed the same thing meanwhile
 * - `locked`: another process was writing the same manifest for too long
 * - `partial`: some of the work failed; the rest was done
 * - `no-command`: a command to be run does not exist
 * - `not-executable`: a command to be run cannot be
 * - `declined`: a question was answered with no, or could not be asked; an editor gave up
 * - `interrupted`: a signal, or Ctrl-C, ended the work before it was done
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

/** One finding: what is wrong, where, and how to mend it. Never holds a secret. */
export interface Problem {
  message: string;
  hint?: string | undefined;
  place?: Place | undefined;
}

/**
 * Every expected failure of coffer. It shows no stack to people; anything else that is thrown is
 * a bug. Neither `message` nor `hint` ever holds a secret's plaintext.
 */
export class CofferError extends Error implements Problem {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  /** All findings, when one call reports several; otherwise just this one. */
  readonly problems: readonly Problem[];
  /** What was done all the same, for programs. */
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
