/** Whether a text matches one of these patterns, in which `*` stands for any text. */
export function matcher(patterns: readonly string[] = []): (name: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's');
  });
  return (name) => expressions.some((expression) => expression.test(name));
}
