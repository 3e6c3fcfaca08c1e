/** A word that bash, dash and zsh read back byte for byte: nothing is special in single quotes. */
export function shellQuote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** `export NAME='value'`, to be sourced. */
export function shellExport(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}

/** psyml's environment names: `tls/key-store.p12` becomes `TLS_KEY_STORE_P12`. */
export function environmentName(name: string): string {
  const upper = name.replaceAll(/[/.-]/g, '_').toUpperCase();
  return /^[0-9]/.test(upper) ? `_${upper}` : upper;
}
