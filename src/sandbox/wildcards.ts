/** Whether a text is what a pattern says: `*` stands for any characters, `?` for one. */
export function matches(pattern: string, text: string, flags = ''): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`).test(text);
}

/** The same for actions and operations, whose letter case does not matter. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern, action, 'i');
}
