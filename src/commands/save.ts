import { applyAll, joinApplied, type Applied } from '../plan/apply.ts';
import { desiredState } from '../plan/desired.ts';
import { PATIENT } from '../plan/patience.ts';
import { saveTask } from '../plan/write.ts';
import type { Context, ExitCode } from './context.ts';
import { openerFor, readManifests } from './manifests.ts';
import { reportApplied } from './report.ts';
import { objectWriterFor } from './targets.ts';
import { onInterrupt } from './interrupt.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags, aws } = context;
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
    const writing = {
      parameters: await aws.parameters(manifest.region),
      objects: await objectWriterFor(context, manifest),
      patience: PATIENT,
    };
    const progress = terminal.progress(`${manifest.file}: writing`);
    const applied = await applyAll(
      desired.map((item) => saveTask(item, writing)),
      {
        concurrency: aws.session.concurrency,
        patience: PATIENT,
        signal,
        onProgress: progress.update,
      },
    );
    progress.end();
    terminal.note(
      `${manifest.file}: wrote ${applied.done.length} of ${desired.length} parameters to ${manifest.region}`,
    );
    all = joinApplied(all, applied);
  }
  return reportApplied(context, all, 'run coffer save again to write the rest');
}
