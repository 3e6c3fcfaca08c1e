import { createRequire } from 'node:module';
import { afterAll } from 'vitest';
import type * as library from '../../src/index.ts';
import { REGION, type TestAws } from './aws.ts';

/** The built module of `import 'coffer-secrets'`. */
export async function importLibrary(): Promise<typeof library> {
  const { resolve } = createRequire(import.meta.url);
  return (await import(resolve('../../dist/index.js'))) as typeof library;
}

/** The options with which the library reaches a test file's AWS. */
export function accessTo({ endpoint }: TestAws, region = REGION): library.CofferOptions {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  return { endpoint, credentials, region };
}

/** A coffer for a whole test file. */
export async function useCoffer(aws: TestAws, region = REGION): Promise<library.Coffer> {
  const { createCoffer } = await importLibrary();
  const coffer = createCoffer(accessTo(aws, region));
  afterAll(() => coffer.close());
  return coffer;
}
