import { formatPointer, objectKey } from '../../crypto/pointer.ts';
import type { Manifest } from '../../manifest/model.ts';
import { joinApplied, type Applied } from '../../plan/apply.ts';
import { countOf } from '../../formats/count.ts';
import type { Context, ExitCode } from '../context.ts';
import { deleteObjects, deleteParameters } from '../../actions/deleting.ts';
import { onInterrupt } from '../terminal/interrupt.ts';
import { readManifests } from '../../actions/manifests.ts';
import { reportApplied } from '../report.ts';
import { requireConsent } from '../terminal/terminal.ts';

/** What nuke takes away for one manifest. */
interface Target {
  manifest: Manifest;
  names: string[];
  bucket: string;
  /** Each with the name of the parameter that points to it. */
  objects: { name: string; key: string }[];
}

const NOTHING: Applied = { done: [], failed: [], left: [] };

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const manifests = await readManifests(context, context.args);
  const targets = manifests.map((manifest) => toTarget(manifest, flags.boolean('keepObjects')));
  for (const { manifest, names, bucket, objects } of targets) {
    terminal.note(`${manifest.file}: in ${manifest.region}, this will be deleted:`);
    for (const name of names) terminal.note(`  ${name}`);
    for (const { key } of objects) terminal.note(`  ${formatPointer({ bucket, key })}`);
  }
  const names = targets.flatMap((target) => target.names);
  const objects = targets.flatMap((target) => target.objects);
  const both = [
    countOf(names.length, 'parameter'),
    ...(objects.length > 0 ? [countOf(objects.length, 'object')] : []),
  ].join(' and ');
  await requireConsent(terminal, flags.boolean('yes'), `Delete ${both} for good?`);

  const signal = onInterrupt(terminal);
  const reports: object[] = [];
  let all = NOTHING;
  for (const target of targets) {
    const { applied, report } = await nuke(context, target, signal);
    reports.push(report);
    all = joinApplied(all, applied);
  }
  return reportApplied(context, all, 'run coffer nuke again to delete the rest', {
    manifests: reports,
  });
}

function toTarget(manifest: Manifest, keepObjects: boolean): Target {
  const { bucket = '' } = manifest;
  const objects = manifest.parameters.flatMap(({ fullName, content, extension }) =>
    content.kind === 'blob' && bucket !== '' && !keepObjects
      ? [{ name: fullName, key: objectKey(fullName, content.blob.sha256, extension) }]
      : [],
  );
  const names = manifest.parameters.map(({ fullName }) => fullName);
  return { manifest, names, bucket, objects };
}

async function nuke(
  context: Context,
  { manifest, names, bucket, objects }: Target,
  signal: AbortSignal,
): Promise<{ applied: Applied; report: object }> {
  const { file, region } = manifest;
  const { applied, missing } = await deleteParameters(context, region, names, signal);
  // Only once its pointer is gone, so that no reader meets one to nothing.
  const gone = new Set(applied.done);
  const keys = objects.filter(({ name }) => gone.has(name)).map(({ key }) => key);
  const removed =
    keys.length > 0 ? await deleteObjects(context, region, bucket, keys, signal) : NOTHING;
  const absent = new Set(missing);
  const deleted = applied.done.filter((name) => !absent.has(name));
  const objectsNote = keys.length > 0 ? `, ${countOf(removed.done.length, 'object')} deleted` : '';
  context.terminal.note(
    `${file}: ${countOf(deleted.length, 'parameter')} deleted, ${missing.length} were not there${objectsNote}`,
  );
  return {
    applied: joinApplied(applied, removed),
    report: { file, deleted, missing, objects: removed.done },
  };
}
