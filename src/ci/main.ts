// The entry point of action.yml: reads inputs and the event; writes a comment, a summary and
// outputs.
import { EXIT, type ExitCode } from '../cli/context.ts';
import { exitCodeOf } from '../cli/exit-code.ts';
import { endIfInterrupted } from '../cli/terminal/interrupt.ts';
import { expected } from '../cli/terminal/problems.ts';
import { readInputs, refuseUnmatched } from './inputs.ts';
import { MODES } from './modes.ts';
import { annotateAll, createRunner, logFailure } from './runner.ts';
import { createStep } from './step.ts';

const env = { ...process.env };

const runner = createRunner(env, (text) => process.stdout.write(text));
process.exitCode = await runner.shield(() => runStep().catch(tell));
if (process.exitCode !== EXIT.ok) endIfInterrupted();
// A pending call to AWS must not keep the job alive.
process.stdout.write('', () => process.exit());

async function runStep(): Promise<ExitCode> {
  const inputs = readInputs(env, process.argv.slice(2));
  await refuseUnmatched(inputs);
  return MODES[inputs.mode](await createStep(inputs, runner, env));
}

function tell(error: unknown): ExitCode {
  const failure = expected(error);
  if (!failure) throw error;
  logFailure(runner, failure);
  annotateAll(runner, failure);
  return exitCodeOf(failure);
}
