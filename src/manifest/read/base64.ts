/** How many bytes strict base64 (standard alphabet, padded, nothing else) stands for. */
export function strictBase64Length(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node decodes leniently; only what it would write itself is strict.
  return text !== '' && bytes.toString('base64') === text ? bytes.length : undefined;
}
