/** A request that the API server refused, or that did not reach it. */
export class KubeError extends Error {
  /** The status of the answer; 0 without one. */
  readonly status: number;

  /** @param message never has the body of a Secret: the API server's own words, or the network's */
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KubeError';
    this.status = status;
  }
}

/** Whether an API server gave this answer. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof KubeError && statuses.includes(error.status);
}
