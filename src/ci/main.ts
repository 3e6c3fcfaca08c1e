// What action.yml runs: inputs and the event in; a comment, a summary and outputs out.
import { readInputs } from './inputs.ts';
import { MODES } from './modes.ts';
import { createRunner } from './runner.ts';

const runner = createRunner(process.env);
try {
  const inputs = readInputs(process.env, process.argv.slice(2));
  process.exitCode = await MODES[inputs.mode](inputs, runner, process.env);
} catch (error) {
  runner.annotate('error', error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
