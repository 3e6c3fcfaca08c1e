const MARKS = [/path/, /parameters/, /region|kmskey|encrypted_with/];

const [BLOCK = [], FLOW = []] = ['^\\uFEFF?', '[{,]\\s*'].map((before) =>
  MARKS.map((key) => new RegExp(`${before}["']?(?:${key.source})["']?\\s*:`, 'm')),
);

/** Whether a YAML text has the top-level keys of a manifest, even if it is broken. */
export function looksLikeManifest(text: string): boolean {
  const isFlow = /^(?:\s|#[^\r\n]*[\r\n]|---)*\{/.test(text);
  return (isFlow ? FLOW : BLOCK).every((mark) => mark.test(text));
}
