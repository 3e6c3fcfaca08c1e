import { describe, expect, test } from 'vitest';
import { createNaming } from '../../../src/formats/variable-names.ts';

describe("upper names are psyml's names", () => {
  const upper = createNaming('upper');

  test.each([
    ['api_token', 'API_TOKEN'],
    ['tls/key-store.p12', 'TLS_KEY_STORE_P12'],
    ['2fa', '_2FA'],
    ['a.b-c/d_e', 'A_B_C_D_E'],
    ['_x', '_X'],
    ['-x', '_X'],
    ['ALREADY', 'ALREADY'],
  ])('%s is %s', (name, expected) => expect(upper(name)).toBe(expected));

  test('every name that SSM allows becomes a name that shells allow', () => {
    const characters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-'.split(
      '',
    );
    for (const first of characters) {
      for (const second of characters) {
        expect(upper(first + second)).toMatch(/^[A-Z_][A-Z0-9_]*$/);
      }
    }
  });
});

test.each([
  ['upper', 'app_', '2fa/Key', 'app_2FA_KEY'],
  ['lower', '', '2fa/Key', '_2fa_key'],
  ['lower', 'TF_VAR_', 'db/Password', 'TF_VAR_db_password'],
  ['exact', '', '2fa/Key.x', '2fa/Key.x'],
  ['exact', 'app.', 'db', 'app.db'],
  ['APP_{NAME}', '', '2fa', 'APP_2FA'],
  ['{NAME}_v1_{name}', 'X_', 'a-b', 'X_A_B_v1_a_b'],
])('--names %s --prefix "%s" turns %s into %s', (style, prefix, name, expected) => {
  expect(createNaming(style, prefix)(name)).toBe(expected);
});

test.each(['template', 'APP_', 'UPPER', '', '{Name}'])('--names "%s" is refused', (style) => {
  expect(() => createNaming(style)).toThrow(/--names cannot be /);
});
