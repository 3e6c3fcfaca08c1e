import { update } from '../../actions/create.ts';
import type { Context, ExitCode } from '../context.ts';
import { runEdit } from './edit-and-sync.ts';

export function run(context: Context): Promise<ExitCode> {
  return runEdit(context, (file, name, value, options) =>
    update(context.tools, file, name, value, options),
  );
}
