import { base64, bindingOf, bytes, hex, sha256, type Vector } from './common.ts';
import { contextOf, SUPERMAN } from './data-keys.ts';

const AGE = 'age1vyjvunjzj0g4qgc380jvxznjdz6u2akhetes0352l0pphyxaw47sys5e7r';
const KMS = 'arn:aws:kms:eu-west-1:444455556666:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

type Payload = (context: Record<string, string>, key: Buffer) => string;

const written: Payload = (context, key) => JSON.stringify({ v: 1, context, key: base64(key) });

function wrap(name: string, list: string[], render = written, size = 32): Vector {
  const settings = { ...SUPERMAN, recovery: list };
  const digest = sha256(JSON.stringify(list.toSorted())).slice(0, 32);
  const context = contextOf(SUPERMAN, { Recovery: digest });
  const key = bytes(`key ${name}`, size);
  return {
    name,
    settings,
    recovery: digest,
    binding: bindingOf(JSON.stringify(context)),
    data_key: hex(key),
    payload: render(context, key),
  };
}

/** What is encrypted for age, and the list that it is bound to. */
export function recovery(): Vector[] {
  const bad = (name: string, render: Payload, size?: number) => ({
    ...wrap(name, [AGE], render, size),
    refused: 'payload',
  });
  return [
    wrap('an age recipient', [AGE]),
    wrap('a KMS key', [KMS]),
    wrap('both, whatever their order', [KMS, AGE]),
    bad('another list', (context, key) =>
      written({ ...context, Recovery: sha256(JSON.stringify([KMS])).slice(0, 32) }, key),
    ),
    bad('no list', (_, key) => written(contextOf(SUPERMAN), key)),
    bad('another path', (context, key) => written({ ...context, Path: '/apps/other/' }, key)),
    bad('another order of members', (context, key) =>
      JSON.stringify({ v: 1, key: base64(key), context }),
    ),
    bad('another order of names', (context, key) =>
      written(Object.fromEntries(Object.entries(context).toReversed()), key),
    ),
    bad('spaces', (context, key) => JSON.stringify(JSON.parse(written(context, key)), null, 1)),
    bad('another version', (context, key) => JSON.stringify({ v: 2, context, key: base64(key) })),
    bad('more members', (context, key) =>
      JSON.stringify({ v: 1, context, more: 1, key: base64(key) }),
    ),
    bad('a key of 16 bytes', written, 16),
  ];
}
