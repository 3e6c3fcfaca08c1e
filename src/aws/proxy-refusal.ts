/** The answer of a proxy that makes no connection. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  readonly status: number;
  /** The SDK tries again after a failure that may pass. */
  readonly $retryable: object | undefined;

  constructor(status: number) {
    super(`the proxy answers with status ${status}`);
    this.status = status;
    this.$retryable = status >= 500 ? {} : undefined;
  }
}
