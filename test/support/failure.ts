import { CofferError } from '../../src/errors.ts';

/** The `CofferError` that `work` fails with; a success, or another failure, fails the test. */
export async function failureOf(work: () => unknown): Promise<CofferError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CofferError) return error;
    throw error;
  }
  throw new Error('it was expected to fail');
}
