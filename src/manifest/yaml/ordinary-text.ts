/** Thrown for what only the YAML library should read. */
export class NotOrdinary extends Error {}

export function isEscaped(text: string, at: number): boolean {
  let backslash = at - 1;
  while (text[backslash] === '\\') backslash -= 1;
  return (at - backslash) % 2 === 0;
}

/** JSON has a part of YAML's escapes, with the same meaning. */
export function unescape(inside: string): string {
  if (!inside.includes('\\')) return inside;
  try {
    return JSON.parse(`"${inside}"`) as string;
  } catch {
    throw new NotOrdinary();
  }
}

/** One line break becomes a space, and several become one less. Lines that stick out do not fold. */
export function fold(lines: readonly string[]): string {
  if (lines.some((line) => line.startsWith(' ') || line.startsWith('\t'))) throw new NotOrdinary();
  return lines.join('\n').replaceAll(/\n+/g, (breaks) => breaks.slice(1) || ' ');
}
