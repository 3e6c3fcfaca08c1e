import type { Tools } from '../actions/tools.ts';
import { checkArguments, readCall } from '../cli/command-line.ts';
import type { Environment } from '../cli/environment.ts';
import type { Flags } from '../cli/flags.ts';
import { createTools } from '../cli/tools.ts';
import { CofferError } from '../errors.ts';
import { createHost } from './host.ts';
import type { Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';

/** One run of the action, ready to start. */
export interface Step {
  inputs: Inputs;
  /** From the input `flags`. */
  flags: Flags;
  manifests: readonly string[];
  tools: Tools;
  runner: Runner;
  env: Environment;
}

/** Flags about output, which the action controls itself. */
const OF_PRINTING: ReadonlySet<string> = new Set([
  '-h',
  '--help',
  '-v',
  '--version',
  '--json',
  '--format',
  '--markdown',
  '--reveal',
  '--exit-code',
]);

/** Reads the flags as the command line does. */
export async function createStep(inputs: Inputs, runner: Runner, env: Environment): Promise<Step> {
  const printing = inputs.flags.find((word) => OF_PRINTING.has(word.replace(/=.*/s, '')));
  if (printing !== undefined) {
    throw new CofferError('usage', `flags: the action does not accept ${printing}`, {
      hint: 'use the other inputs of the action instead',
    });
  }
  const { spec, args, flags } = readCall([inputs.mode, ...inputs.manifests, ...inputs.flags]);
  if (spec) checkArguments(spec, args);
  const host = createHost(runner, { quiet: flags.boolean('quiet') });
  const tools = await createTools(flags, env, host, runner.log);
  return { inputs, flags, manifests: args, tools, runner, env };
}
