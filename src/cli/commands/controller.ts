import { CofferError } from '../../errors.ts';
import type { Context, ExitCode } from '../context.ts';
import { unknown } from '../unknown.ts';
import { printManifests } from './controller-manifests.ts';

export async function run(context: Context): Promise<ExitCode> {
  const [word] = context.args;
  if (word === 'manifests') return printManifests(context);
  if (word === undefined) {
    throw new CofferError('usage', 'coffer controller needs the word manifests');
  }
  throw unknown(`coffer controller does not take ${word}`, word, ['manifests']);
}
