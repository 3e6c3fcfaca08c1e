// Stands in, in the bundle, for packages that the agents for proxies import and coffer does not need:
// `debug` would print the proxy's password, and `proxy-agent-negotiate` is for Kerberos.
export default () => () => {};

export function createNegotiateAuth() {
  throw new Error('not in the bundle');
}
