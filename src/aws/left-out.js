// Stands in, in the bundle, for packages that coffer does not need. The agents for proxies import
// `debug`, which would print the proxy's password, and `proxy-agent-negotiate`, which is for Kerberos.
// The clients of the SDK import `@aws-sdk/credential-provider-node`; coffer always gives them
// credentials.
export default () => () => {};

export function createNegotiateAuth() {
  throw new Error('not in the bundle');
}

export function defaultProvider() {
  throw new Error('not in the bundle');
}
