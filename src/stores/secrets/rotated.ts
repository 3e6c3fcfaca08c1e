import { CofferError } from '../../errors.ts';

/** @throws CofferError `conflict` for a secret that AWS rotates, unless it is taken over */
export function refuseRotated(name: string, { takeOver = false }: { takeOver?: boolean }): void {
  if (takeOver) return;
  throw new CofferError('conflict', `AWS rotates ${name}: coffer does not write over its value`, {
    hint: 'leave this secret to AWS, or add --take-over to turn its rotation off and write the value of the manifest',
  });
}
