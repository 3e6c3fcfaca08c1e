/** A refusal, with the code and about the message of AWS. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of an S3 error document. */
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    extra: { details?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.status = status;
    this.details = extra.details ?? {};
    this.headers = extra.headers ?? {};
  }
}

export function invalid(message: string): Refusal {
  return new Refusal('ValidationException', message);
}

/** The message of AWS's JSON services for a member that violates its constraint. */
export function broken(field: string, shown: string | undefined, constraint: string): Refusal {
  const member = field.charAt(0).toLowerCase() + field.slice(1);
  const value = shown === undefined ? 'Value' : `Value '${shown}'`;
  return invalid(
    `1 validation error detected: ${value} at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
