import { describe, expect, test } from 'vitest';
import { FileKey } from '../../../src/seal/file-key.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';

const aws = await useAws();
const control = controlOf(aws);
const kms = kmsOf(aws);
const CONTEXT = { Client: 'coffer', Path: '/app/' };
const choice = (alias: string) => ({ alias, create: true });

describe('a file key', () => {
  test('that is missing is created once, however many ask for it at once', async () => {
    const key = new FileKey(kms, choice('alias/missing'));
    const calls = await control.callsOf(() =>
      Promise.all(Array.from({ length: 5 }, () => key.generate(CONTEXT))),
    );
    expect(calls['kms:CreateKey']).toBe(1);
    expect(key.created).toBe(key.id);
    expect(key.id).toMatch(/^arn:/);
  });

  test('that may not be used is not created anew', async () => {
    const alias = await aws.createKey();
    await control.disturb({ rules: [{ action: 'kms:GenerateDataKey', deny: true }] });
    const key = new FileKey(kms, choice(alias));
    const calls = await control.callsOf(async () => {
      expect((await failureOf(() => key.generate(CONTEXT))).code).toBe('denied');
    });
    expect(calls).toEqual({ 'kms:GenerateDataKey': 1 });
  });

  test('that encrypted_with names is not created when it is missing', async () => {
    const key = new FileKey(kms, choice('alias/coffer'), 'alias/gone');
    const failure = await failureOf(() => key.generate(CONTEXT));
    expect(failure.code).toBe('key');
    expect(key.created).toBeUndefined();
  });

  test('is not created where --no-create-key forbids it', async () => {
    const key = new FileKey(kms, { alias: 'alias/unwanted', create: false });
    const calls = await control.callsOf(async () => {
      expect((await failureOf(() => key.generate(CONTEXT))).code).toBe('key');
    });
    expect(calls['kms:CreateKey']).toBeUndefined();
  });
});
