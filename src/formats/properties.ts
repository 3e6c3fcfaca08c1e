import { CofferError } from '../errors.ts';

/**
 * The texts in a JSON object, by name: what several values in one secret are. A number is its text,
 * anything else its JSON.
 * @throws CofferError `manifest` if the text is not a JSON object; never quotes it
 */
function propertiesOf(text: string, subject: string): Map<string, string> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    data = undefined;
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new CofferError('manifest', `${subject} does not hold a JSON object`, {
      hint: 'read it whole, without a property',
    });
  }
  return new Map(
    Object.entries(data as Record<string, unknown>).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** @throws CofferError `not-found` */
export function propertyOf(text: string, name: string, subject: string): string {
  const properties = propertiesOf(text, subject);
  const value = properties.get(name);
  if (value !== undefined) return value;
  throw new CofferError('not-found', `${subject} has no property ${name}`, {
    hint: `its properties: ${[...properties.keys()].join(', ')}`,
  });
}
