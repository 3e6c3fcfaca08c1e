import { isScalar, isSeq } from '../yaml/nodes.ts';
import type { Content, ParameterType } from '../model.ts';
import type { Reading } from './reading.ts';
import { isNull, textOf } from '../yaml/scalars.ts';
import type { WrappedDataKeys } from '../../crypto/data-keys.ts';
import { looksInline, parseInline } from '../../crypto/inline.ts';
import { looksPsyml } from '../../crypto/psyml.ts';
import type { Field } from '../yaml/tree.ts';

/** The context of a value in its parameter. */
interface ValueContext {
  /** Undefined if the type is invalid. */
  type: ParameterType | undefined;
  typeAsWritten: string;
  encryptedWith: string | undefined;
  /** Undefined if `data_keys` is invalid. */
  dataKeys: WrappedDataKeys | undefined;
  prefix: string;
}

/** Reads the content of `value:`. Reports problems without quoting the value. */
export function readValue(reading: Reading, field: Field, context: ValueContext): Content {
  const text = readValueText(reading, field, context);
  if (text === undefined) return { kind: 'absent' };
  const { faults } = reading;
  const { prefix, type } = context;
  if (text === '') {
    const hint = 'SSM cannot hold an empty value: write one, or remove the parameter';
    faults.add(field.valueAt, `${prefix}the value is empty`, hint);
  } else if (looksInline(text)) {
    checkSealed(reading, field, text, context);
    return { kind: 'sealed', text };
  } else if (
    type === 'SecureString' &&
    context.typeAsWritten === 'securestring' &&
    context.encryptedWith !== undefined &&
    looksPsyml(text)
  ) {
    return { kind: 'psyml', ciphertext: text };
  }
  return { kind: 'plain', text };
}

function checkSealed(
  { faults }: Reading,
  field: Field,
  text: string,
  { type, dataKeys, prefix }: ValueContext,
): void {
  const id = parseInline(text)?.keyId;
  if (id === undefined) {
    const hint =
      'restore it from git, as coffer encrypt wrote it; a plain value cannot begin with ENC[';
    faults.add(field.valueAt, `${prefix}the value begins with ENC[ but is not ciphertext`, hint);
  } else if (type !== undefined && type !== 'SecureString') {
    const hint = 'write the type as securestring again, or replace the value too';
    const message = `${prefix}the value is encrypted, but the type is ${type}`;
    faults.add(field.valueAt, message, hint);
  } else if (dataKeys && !Object.hasOwn(dataKeys, id)) {
    const hint =
      'restore its line in "data_keys" from git: without it the value cannot be decrypted';
    const message = `${prefix}the value is encrypted under a data key that "data_keys" does not list`;
    faults.add(field.valueAt, message, hint);
  }
}

function readValueText(
  reading: Reading,
  field: Field,
  { prefix, type }: ValueContext,
): string | undefined {
  const { faults } = reading;
  const { node } = field;
  if (isScalar(node)) {
    if (!isNull(node)) return textOf(node);
    const hint = 'write one, or put it in quotes if that text is meant';
    faults.add(field.valueAt, `${prefix}the value is null`, hint);
    return undefined;
  }
  if (!isSeq(node)) {
    const hint = 'a value is one text: put it in quotes, or use a block (|) for several lines';
    faults.add(field.valueAt, `${prefix}the value is a map`, hint);
    return undefined;
  }
  if (type !== undefined && type !== 'StringList') {
    const hint = 'only a StringList can be a list; put the value in quotes if a text is meant';
    faults.add(field.valueAt, `${prefix}the value is a list, but the type is ${type}`, hint);
    return undefined;
  }
  const items = node.items.map((item, index) => readItem(reading, item, index, prefix));
  return items.includes(undefined) ? undefined : items.join(',');
}

function readItem(
  { tree, faults }: Reading,
  item: Parameters<Reading['tree']['resolve']>[0],
  index: number,
  prefix: string,
): string | undefined {
  const node = tree.resolve(item);
  const text = node && isScalar(node) && !isNull(node) ? textOf(node) : undefined;
  const subject = `${prefix}item ${index + 1} of the value`;
  if (text === undefined) {
    faults.add(item.range[0], `${subject} is not a text`, 'put it in quotes if a text is meant');
  } else if (text === '') {
    faults.add(item.range[0], `${subject} is empty`, 'remove it');
  } else if (text.includes(',')) {
    const hint = 'a StringList is joined with commas: make it two items';
    faults.add(item.range[0], `${subject} contains a comma`, hint);
  }
  return text === '' ? undefined : text;
}
