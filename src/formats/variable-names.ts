import { CofferError } from '../errors.ts';

/** Maps a parameter's name to a variable's name. */
export type Naming = (name: string) => string;

/**
 * Makes variable names: `upper` as psyml did (`tls/key-store.p12` becomes `TLS_KEY_STORE_P12`),
 * `lower` the same in lower case, `exact` unchanged, or a pattern with `{NAME}` or `{name}`.
 * Only exact names may begin with a digit.
 * @throws CofferError `usage`
 */
export function createNaming(style: string, prefix = ''): Naming {
  if (style === 'exact') return (name) => prefix + name;
  const pattern = SHORTHANDS[style] ?? style;
  if (!/\{(?:NAME|name)\}/.test(pattern)) {
    throw new CofferError('usage', `--names cannot be ${style}`, {
      hint: "use upper, lower, exact, or a pattern with {NAME} or {name}, such as 'APP_{NAME}'",
    });
  }
  return (name) => {
    const flat = name.replaceAll(/[/.-]/g, '_');
    const variable = `${prefix}${pattern}`
      .replaceAll('{NAME}', flat.toUpperCase())
      .replaceAll('{name}', flat.toLowerCase());
    return /^[0-9]/.test(variable) ? `_${variable}` : variable;
  };
}

const SHORTHANDS: Readonly<Record<string, string>> = { upper: '{NAME}', lower: '{name}' };
