import { lstat } from 'node:fs/promises';
import type { EditAndSyncOptions } from '../../actions/edit-and-sync.ts';
import { describePlans } from '../../actions/plan-report.ts';
import type { SyncReport } from '../../actions/sync.ts';
import { CofferError } from '../../errors.ts';
import type { Plan } from '../../plan/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import type { Flags } from '../flags.ts';
import { storeOptions, writeOptions } from '../options.ts';
import { renderReport, writeReport } from '../report.ts';
import { renderPlanText } from '../terminal/plan-text.ts';
import { readValue } from '../terminal/value-input.ts';

type Act = (
  file: string,
  name: string,
  value: (name: string) => Promise<Buffer>,
  options: EditAndSyncOptions,
) => Promise<SyncReport>;

/** Runs a command that gives one parameter a value, in its manifest and in AWS. */
export async function runEdit(context: Context, act: Act): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const [manifest = '', name = '', file] = args;
  if (file !== undefined && file !== '-' && !(await leadsToFile(file))) throw notAFile();
  const input = { file, keepNewline: flags.boolean('keepNewline'), limit: tools.limit };
  const options = editAndSyncOptions(flags);
  let plans: readonly Plan[] = [];
  const report = await act(manifest, name, (wanted) => readValue(terminal, wanted, input), {
    ...options,
    onPlan(made) {
      plans = made;
      terminal.show(renderPlanText(plans, { paint: terminal.paint, reveal: false }).trimEnd());
    },
  });
  if (!options.dryRun) await writeReport(context, report);
  else if (json) await terminal.write(renderReport(describePlans(plans, false)));
  return EXIT.ok;
}

export function editAndSyncOptions(flags: Flags): EditAndSyncOptions {
  return {
    ...writeOptions(flags),
    ...storeOptions(flags),
    yes: flags.boolean('yes'),
    dryRun: flags.boolean('dryRun'),
    useRecovery: flags.boolean('useRecovery'),
  };
}

function leadsToFile(word: string): Promise<boolean> {
  return lstat(word).then(
    () => true,
    () => false,
  );
}

/** The word may be the value itself, so nothing repeats it. */
function notAFile(): CofferError {
  return new CofferError('source', 'the last argument is not a file', {
    hint: 'name a file that holds the value, or leave it out to pass the value by standard input or a prompt: everyone on the machine can read arguments',
  });
}
