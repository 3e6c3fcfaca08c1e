/** Compares texts as people sort them: `env9` comes before `env10`. The same on every machine. */
export function naturalOrder(): (one: string, other: string) => number {
  return new Intl.Collator('en', { numeric: true }).compare;
}
