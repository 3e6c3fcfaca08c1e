/**
 * Strict standard base64: Node's decoder skips unknown characters, which would hide damage.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
