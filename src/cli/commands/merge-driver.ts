import { mergeDriver } from '../../actions/merge-driver.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';

/** git calls this with temporary files. */
export async function run({ args, tools }: Context): Promise<ExitCode> {
  const [base = '', ours = '', theirs = '', size = '7', path] = args;
  const markerSize = Number(size);
  if (!/^\d{1,3}$/.test(size) || markerSize === 0) {
    throw new CofferError('usage', `${size} is not a length of conflict markers`, {
      hint: 'git passes it as %L',
    });
  }
  const { isMerged } = await mergeDriver(tools, { base, ours, theirs }, { markerSize, path });
  return isMerged ? EXIT.ok : EXIT.failure;
}
