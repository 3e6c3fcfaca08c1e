/** What differs from one run to the next, by kind. The order counts: the first that matches wins. */
const VARYING: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['ciphertext', /ENC\[[^\]\s]*\]/g],
  ['UUID', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g],
  ['date', /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?(?!\w)/g],
  ['recipient', /\bage1[0-9a-z]{50,}\b/g],
  ['address', /\b127\.0\.0\.1:\d+\b/g],
  ['version', /(?<=\b(?:coffer|node) v?)\d+\.\d+\.\d+\b/g],
  // Twelve digits are an account. A name in S3 or of a blob's file ends with part of a digest.
  ['hex', /\b(?!\d{12}\b)[0-9a-f]{7,64}\b|(?<=-)[0-9a-f]{6}(?=\.enc\b)/g],
  ['base64', /(?<![\w+/])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{40,}={0,2}/g],
];

/** A text with a fixed name for whatever differs from run to run, without the widths of columns. */
export function normalise(text: string): string {
  const named = VARYING.reduce(
    (result, [kind, pattern]) => result.replaceAll(pattern, `<${kind}>`),
    text,
  );
  return named
    .replaceAll(/(?<=\S) {2,}/g, '  ')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd();
}

/**
 * Whether a page shows what a command prints: both streams, as in a terminal. In what is shown, `…`
 * stands for anything within a line, and on a line of its own for any lines.
 */
export function isShown(shown: string, printed: string): boolean {
  const lines = normalise(shown)
    .split('\n')
    .map((line) =>
      line.trim() === '…' ? '(?:.*\n)*' : `${line.split('…').map(escaped).join('.*')}\n`,
    );
  return new RegExp(`^${lines.join('')}$`).test(`${normalise(printed)}\n`);
}

/** Whether a page shows the JSON that a command prints on one line, whatever the order of its keys. */
export function isShownJson(shown: string, printed: string): boolean {
  return isShown(inOrder(shown), inOrder(printed));
}

/** JSON with sorted keys, a value a line; a text that is not JSON as it is. */
export function inOrder(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), sorted, 2);
  } catch {
    return text;
  }
}

function sorted(_: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
