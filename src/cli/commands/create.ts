import { create } from '../../actions/create.ts';
import { PARAMETER_TYPES } from '../../manifest/model.ts';
import type { Context, ExitCode } from '../context.ts';
import { runEdit } from './edit-and-sync.ts';

export function run(context: Context): Promise<ExitCode> {
  const { flags, tools } = context;
  const more = {
    type: flags.choice('type', PARAMETER_TYPES),
    description: flags.string('description'),
  };
  return runEdit(context, (file, name, value, options) =>
    create(tools, file, name, value, { ...options, ...more }),
  );
}
