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
  test('that is missing is created once, for any number of concurrent callers', async () => {
    const key = new FileKey(kms, choice('alias/missing'));
    const calls = await control.callsOf(() =>
      Promise.all(Array.from({ length: 5 }, () => key.generate(CONTEXT))),
    );
    expect(calls['kms:CreateKey']).toBe(1);
    expect(key.created).toBe(key.id);
    expect(key.id).toMatch(/^arn:/);
  });

  test('is not created again if it may not be used', async () => {
    const alias = await aws.createKey();
    await control.disturb({ rules: [{ action: 'kms:GenerateDataKey', deny: true }] });
    const key = new FileKey(kms, choice(alias));
    const calls = await control.callsOf(async () => {
      expect((await failureOf(() => key.generate(CONTEXT))).code).toBe('denied');
    });
    expect(calls).toEqual({ 'kms:GenerateDataKey': 1 });
  });

  test('is not created if encrypted_with names it and it is missing', async () => {
    const key = new FileKey(kms, choice('alias/coffer'), 'alias/gone');
    const failure = await failureOf(() => key.generate(CONTEXT));
    expect(failure.code).toBe('key');
    expect(key.created).toBeUndefined();
  });

  test('is not created with --no-create-key', async () => {
    const key = new FileKey(kms, { alias: 'alias/unwanted', create: false });
    const calls = await control.callsOf(async () => {
      expect((await failureOf(() => key.generate(CONTEXT))).code).toBe('key');
    });
    expect(calls['kms:CreateKey']).toBeUndefined();
  });
});
