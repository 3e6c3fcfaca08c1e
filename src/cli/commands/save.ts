import { joinApplied, type Applied } from '../../plan/apply.ts';
import { desiredState } from '../../plan/desired.ts';
import { saveTask } from '../../plan/write.ts';
import { countOf } from '../../formats/count.ts';
import type { Context, ExitCode } from '../context.ts';
import { onInterrupt } from '../terminal/interrupt.ts';
import { openerFor, readManifests } from '../../actions/manifests.ts';
import { reportApplied } from '../report.ts';
import { writeAll } from '../../actions/writing.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const allowPlaintext = flags.boolean('allowPlaintext');
  // Everything is opened and checked before the first write.
  const work = [];
  for (const manifest of await readManifests(context, context.args)) {
    const opener = await openerFor(context, manifest);
    work.push({ manifest, desired: await desiredState(manifest, opener, { allowPlaintext }) });
  }
  let all: Applied = { done: [], failed: [], left: [] };
  const signal = onInterrupt(terminal);
  for (const { manifest, desired } of work) {
    const applied = await writeAll(context, manifest, desired, saveTask, signal);
    terminal.note(
      `${manifest.file}: wrote ${applied.done.length} of ${countOf(desired.length, 'parameter')} to ${manifest.region}`,
    );
    all = joinApplied(all, applied);
  }
  return reportApplied(context, all, 'run coffer save again to write the rest');
}
