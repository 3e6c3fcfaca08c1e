import { REGIONS } from './regions.ts';

/** A failure on the way to AWS. */
export interface NetworkFailure extends Error {
  /** The host of the call. */
  host?: string | undefined;
  /** The proxy on the way to it, without its password. */
  proxy?: string | undefined;
  /** The status with which the proxy refused. */
  status?: number;
  /** The limit that ran out, if one did. */
  limit?: Limit;
}

export type Limit = 'connect' | 'answer' | 'silence' | 'whole' | 'interrupted';

/** What Node says when it does not trust a host, and why. */
export const DISTRUST: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it is revoked',
  CERT_UNTRUSTED: 'its CA is unknown',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'its CA is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is unknown',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is unknown',
};

export function explainNetwork(failure: NetworkFailure, name: string): string {
  const { host = 'AWS', proxy, limit, message, status } = failure;
  if (limit) return message;
  const through = proxy === undefined ? host : `${host} through the proxy ${proxy}`;
  if (name === 'ProxyRefusal')
    return `the proxy ${proxy} refuses to connect to ${host} (${status})`;
  if (name === 'EPROTO') return `${through} does not speak TLS (${name})`;
  const distrust = DISTRUST[name];
  if (distrust === undefined) return `cannot reach ${through} (${name})`;
  return `cannot trust the certificate of ${through}: ${distrust} (${name})`;
}

const REGION_IN_HOST = /\.([a-z]{2,}-[a-z-]+-?\d+)\.(?:amazonaws|api\.aws|on\.aws)/;

export function hintForNetwork(
  { proxy, status, host = 'the host' }: NetworkFailure,
  name: string,
): string {
  const distrust = DISTRUST[name];
  if (distrust?.includes('valid yet') || distrust?.includes('expired')) {
    return 'check the clock of this machine, and the certificate';
  }
  if (distrust !== undefined && name !== 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'if it is from your own CA, name the file of its certificate with AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS';
  }
  const region = REGION_IN_HOST.exec(host)?.[1];
  if (name === 'ENOTFOUND' && region !== undefined && !REGIONS.includes(region)) {
    return `coffer does not know the region ${region}: check its spelling`;
  }
  if (status === 407) {
    return 'give its user and password in HTTPS_PROXY: http://user:password@host:port';
  }
  return proxy === undefined
    ? 'check the network, the region, --endpoint-url and AWS_ENDPOINT_URL'
    : `check HTTPS_PROXY and HTTP_PROXY; to reach ${host} without a proxy, list it in NO_PROXY`;
}
