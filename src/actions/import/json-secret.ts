import { isMap, isScalar, parseDocument } from 'yaml';
import { CofferError, type Problem } from '../../errors.ts';
import { matcher } from '../../formats/wildcards.ts';
import type { Host } from '../../host.ts';
import type { OpenedSecret, Secret } from '../../stores/secrets/model.ts';
import type { Choice } from './chosen.ts';
import type { Entry } from './read/entries.ts';

/** A secret of Secrets Manager that may hold several values as JSON. */
type JsonSecret = Pick<Secret, 'name'> & Pick<OpenedSecret, 'value'>;

/** The names and values of a JSON object; nothing for another value. */
export function propertiesOf({
  value,
}: Pick<JsonSecret, 'value'>): [string, unknown][] | undefined {
  if (!('text' in value)) return undefined;
  try {
    const data: unknown = JSON.parse(value.text);
    const isMap = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isMap ? Object.entries(data) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The names and texts of a JSON secret; numbers, true and false as JSON writes them.
 * @throws CofferError `source` that names what a manifest cannot hold as text
 */
export function textsOf(secret: JsonSecret, host: Host, choice: Choice): Entry[] {
  const properties = propertiesOf(secret);
  if (!properties || !('text' in secret.value)) {
    throw new CofferError('source', `${secret.name} is not a JSON object of names and texts`);
  }
  const { written, twice } = readMembers(secret.value.text);
  if (twice.length > 0) {
    throw new CofferError('source', `${secret.name} has these names twice: ${twice.join(', ')}`, {
      hint: 'write each only once in the secret first: most readers take the last',
    });
  }
  const isSkipped = matcher(choice.skip);
  const retyped: string[] = [];
  const problems: Problem[] = [];
  const entries = properties.flatMap(([name, value]): Entry[] => {
    if (typeof value === 'string') return [{ name, value, line: 1 }];
    if (isSkipped(name)) return [];
    const text = written.get(name);
    if (text !== undefined && (typeof value === 'number' || typeof value === 'boolean')) {
      retyped.push(name);
      return [{ name, value: text, line: 1 }];
    }
    problems.push({
      message: `${name}: its value in ${secret.name} is neither a text nor a number`,
      hint: `make it a text in the secret first; or --skip ${name}: the first sync then removes it`,
    });
    return [];
  });
  const [problem] = problems;
  if (problem) throw new CofferError('source', problem.message, { ...problem, problems });
  if (retyped.length > 0) {
    host.warn({
      message: `numbers, true and false become texts: ${retyped.join(', ')}`,
      hint: 'coffer sync writes them in quotes, such as "5432": check that their readers take that',
    });
  }
  return entries;
}

/** Of a JSON object: each member as it is written, which parsing loses, and names that come twice. */
function readMembers(json: string): { written: Map<string, string>; twice: string[] } {
  const { contents } = parseDocument(json, { schema: 'failsafe', uniqueKeys: false });
  const written = new Map<string, string>();
  const twice = new Set<string>();
  for (const { key, value } of isMap(contents) ? contents.items : []) {
    const name = isScalar(key) ? String(key.value) : '';
    if (written.has(name)) twice.add(name);
    written.set(name, isScalar(value) ? String(value.value) : '');
  }
  return { written, twice: [...twice] };
}
