import type { Manifest } from '../manifest/model.ts';
import { saveAll, type Applied } from '../plan/apply.ts';
import { desiredState } from '../plan/desired.ts';
import type { Context, ExitCode } from './context.ts';
import { openerFor, readManifests } from './manifests.ts';
import { reportFailures } from './report.ts';
import { objectWriterFor } from './services.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags, aws } = context;
  const manifests = await readManifests(context, context.args);
  // Everything is opened and checked before the first write.
  const work = [];
  for (const manifest of manifests) {
    const opener = await openerFor(context, manifest);
    const allowPlaintext = flags.boolean('allowPlaintext');
    work.push({ manifest, desired: await desiredState(manifest, opener, { allowPlaintext }) });
  }
  const results: { manifest: Manifest; applied: Applied }[] = [];
  for (const { manifest, desired } of work) {
    const applied = await saveAll(desired, {
      parameters: await aws.parameters(manifest.region),
      objects: await objectWriterFor(context, manifest),
      concurrency: aws.session.concurrency,
    });
    results.push({ manifest, applied });
    terminal.note(
      `${manifest.file}: wrote ${applied.done.length} of ${desired.length} parameters to ${manifest.region}`,
    );
  }
  if (context.json) {
    const report = results.map(({ manifest, applied }) => ({
      file: manifest.file,
      written: applied.done,
      failed: applied.failed.map(({ name, error }) => ({ name, error: error.message })),
    }));
    await terminal.write(`${JSON.stringify({ version: 1, manifests: report })}\n`);
  }
  return reportFailures(
    results.map(({ applied }) => applied),
    'run coffer save again to write the rest',
  );
}
