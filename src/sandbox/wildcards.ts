/** Whether a text matches a pattern: `*` matches any characters, `?` one. */
export function matches(pattern: string, text: string, flags = ''): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`).test(text);
}

/** The same for actions and operations, ignoring case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern, action, 'i');
}
