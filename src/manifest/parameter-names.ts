import { isMap, isSeq, parseDocument } from 'yaml';

/** The names in a manifest's text, which may be unfinished: checks nothing. */
export function listParameterNames(text: string): string[] {
  const parameters = parseDocument(text, { logLevel: 'silent' }).get('parameters');
  if (!isSeq(parameters)) return [];
  return parameters.items
    .map((item) => (isMap(item) ? item.get('name') : undefined))
    .filter((name) => typeof name === 'string');
}
