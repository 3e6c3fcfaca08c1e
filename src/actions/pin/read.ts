import { readBytes } from '../../files/read.ts';
import { CofferError } from '../../errors.ts';
import { SizeLimit } from '../../sizes.ts';
import type { Tools } from '../tools.ts';

const LIMIT = new SizeLimit(8 * 1024 * 1024, {
  code: 'usage',
  hint: 'reports of sync and CofferSecrets are smaller',
});

/** Reads a report or CofferSecrets; `-` is standard input. */
export async function readText({ input }: Pick<Tools, 'input'>, file: string): Promise<string> {
  if (file !== '-') return (await readBytes(file, LIMIT)).toString('utf8');
  if (input) return (await input(LIMIT)).toString('utf8');
  throw new CofferError('usage', 'there is no standard input to read');
}
