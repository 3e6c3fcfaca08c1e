import { isScalar } from 'yaml';
import { writtenValue } from './map-editor.ts';
import { oneLine, type Value } from './render.ts';
import type { Field } from '../yaml/tree.ts';
import { doubleQuoted, isSafePlain } from './write-scalar.ts';

/** A text in the quotes that the old value has, or in none if it has none. */
export function sameStyle(field: Field | undefined, text: string): Value {
  const old = field && writtenValue(field);
  const type = old && isScalar(old) ? old.type : undefined;
  if (type === 'QUOTE_DOUBLE') return () => ({ inline: doubleQuoted(text), below: [] });
  if (!isSafePlain(text) || /[,[\]{}]/.test(text)) return oneLine(text);
  if (type === 'QUOTE_SINGLE' && !text.includes("'")) {
    return () => ({ inline: `'${text}'`, below: [] });
  }
  if (type === 'PLAIN') return () => ({ inline: text, below: [] });
  return oneLine(text);
}
