/** Policies ask the same again and again. */
const compiled = new Map<string, RegExp>();

/** Whether a text matches a pattern: `*` matches any characters, `?` one. */
export function matches(pattern: string, text: string, flags = ''): boolean {
  const key = flags + '/' + pattern;
  const known = compiled.get(key) ?? compile(pattern, flags);
  compiled.set(key, known);
  return known.test(text);
}

/** The same for actions and operations, ignoring case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern, action, 'i');
}

function compile(pattern: string, flags: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}
