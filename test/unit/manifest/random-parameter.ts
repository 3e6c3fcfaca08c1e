import * as fc from 'fast-check';
import { isWritable } from '../../../src/manifest/edit/write-scalar.ts';
import { PARAMETER_TYPES, type NewParameter } from '../../../src/manifest/model.ts';
import { blob, SEALED } from './samples.ts';

/** Texts that YAML could read as something else. */
const word = fc.constantFrom(
  'plain',
  '123',
  '1.10',
  'true',
  'null',
  '~',
  'a: b',
  '- a',
  '# a',
  "it's",
  '"q"',
  '{a}',
  '[a',
  ' a ',
  'a,b',
  '*a',
  '%a',
  'grüße 😀',
  '\u0085',
);

const text = fc.oneof(
  word,
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom('one\ntwo', 'one\n', 'one\n\n  two\n\n', 'a\r\nb', 'trailing \n', '\n'),
);

const charset = fc.constantFrom(
  'alnum',
  'ascii',
  'hex',
  'base64url',
  'custom:ab',
  'custom: #',
  'custom:"\'\\',
);

const origin = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom('certs/x', '12', 'a b: c', '# x').map((file) => ({ file })),
  fc.record({
    generate: fc.record({
      length: fc.integer({ min: 2, max: 8192 }),
      charset,
      require: fc.constant<string[]>([]),
    }),
  }),
  fc.constant({ generate: { length: 9, charset: 'ascii', require: ['lower', 'symbol'] } }),
);

const content = fc.oneof(
  text.filter(isWritable).map((value) => ({ kind: 'plain' as const, text: value })),
  fc.constant({ kind: 'sealed' as const, text: SEALED }),
  fc.constantFrom('AAAA', 'B'.repeat(200)).map((data) => ({
    kind: 'blob' as const,
    blob: blob({ data }),
  })),
);

const tags = fc.dictionary(
  fc.oneof(word, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })).filter(isTagKey),
  fc.oneof(fc.constant(''), text.filter(isTagText)),
  { maxKeys: 3, noNullPrototype: true },
);

function isTagKey(key: string): boolean {
  return !/^aws:/i.test(key) && isTagText(key) && key !== '__proto__';
}

function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u.test(text);
}

const unit = fc.constantFrom('Days', 'Hours');
const period = fc.integer({ min: 1 }).map(String);

const policies = fc.array(
  fc
    .oneof(
      fc.record({ Before: period, Unit: unit }).map((Attributes) => ({
        Type: 'ExpirationNotification',
        Attributes,
      })),
      fc.record({ After: period, Unit: unit }).map((Attributes) => ({
        Type: 'NoChangeNotification',
        Attributes,
      })),
    )
    .map(({ Type, Attributes }) => ({ Type, Version: '1.0', Attributes })),
  { minLength: 1, maxLength: 3 },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** A parameter that fits every other one in a manifest, if their names differ. */
const anyParameter: fc.Arbitrary<NewParameter> = fc
  .record({
    name: fc.constantFrom('n', '12', 'null', 'a/b.c-d', 'true', '1e3', '-', '---', '...', '_'),
    type: fc.constantFrom(...PARAMETER_TYPES),
    description: optional(fc.oneof(fc.constant(''), text)),
    tier: optional(fc.constantFrom('Standard' as const, 'Intelligent-Tiering' as const)),
    store: optional(fc.constantFrom('auto' as const, 'ssm' as const, 's3' as const)),
    encoding: optional(fc.constant('base64' as const)),
    extension: optional(fc.constantFrom('.tar', '.1', '...')),
    allowedPattern: optional(text.map((one) => `\\Q${one.replaceAll('\\E', '')}\\E`)),
    dataType: optional(fc.constantFrom('text', 'integer', 'ipv4-address')),
    policies: optional(policies),
    tags: optional(tags),
    maxAge: optional(fc.constantFrom('90d', '12w', '1y', 'never')),
    changed: optional(fc.constantFrom('2026-11-27', '2024-02-29')),
    origin,
    content: optional(content),
  })
  .map(({ origin, content, maxAge, changed, ...parameter }) => {
    // A value has one source, and only a SecureString is sealed.
    const isSealed = content?.kind === 'sealed' || content?.kind === 'blob';
    const source = content?.kind === 'plain' && origin && 'file' in origin ? undefined : origin;
    const value = content ?? (source ? undefined : { kind: 'plain' as const, text: 'v' });
    const type = isSealed ? 'SecureString' : parameter.type;
    const tier = parameter.policies ? ('Advanced' as const) : parameter.tier;
    const age = type === 'SecureString' ? { maxAge, changed } : {};
    return { ...parameter, ...age, type, tier, origin: source, content: value };
  });

/** New parameters whose names are in no random manifest. */
export const newParameters: fc.Arbitrary<NewParameter[]> = fc.uniqueArray(anyParameter, {
  maxLength: 4,
  selector: ({ name }) => name,
});
