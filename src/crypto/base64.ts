/**
 * Standard base64, strictly: Node's own decoder skips what it does not know, which would let a
 * damaged value through.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
