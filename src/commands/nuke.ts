import pMap from 'p-map';
import { batches } from '../aws/parameters.ts';
import { objectKey, formatPointer } from '../crypto/pointer.ts';
import type { Manifest } from '../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { readManifests } from './manifests.ts';
import { requireConsent } from './terminal.ts';

/** What nuke takes away for one manifest. */
interface Target {
  manifest: Manifest;
  names: string[];
  bucket: string | undefined;
  keys: string[];
}

export async function run(context: Context): Promise<ExitCode> {
  const { terminal, flags } = context;
  const manifests = await readManifests(context, context.args);
  const targets = manifests.map((manifest) => target(manifest, flags.boolean('keepObjects')));
  for (const { manifest, names, bucket, keys } of targets) {
    terminal.note(`${manifest.file}: in ${manifest.region}, this will be deleted:`);
    for (const name of names) terminal.note(`  ${name}`);
    for (const key of keys) terminal.note(`  ${formatPointer({ bucket: bucket ?? '', key })}`);
  }
  const total = targets.reduce((sum, { names, keys }) => sum + names.length + keys.length, 0);
  await requireConsent(terminal, flags.boolean('yes'), `Delete ${total} things for good?`);

  const reports: object[] = [];
  for (const { manifest, names, bucket, keys } of targets) {
    const { deleted, missing } = await deleteParameters(context, manifest, names);
    // Pointers are gone by now, so no reader meets one to nothing.
    if (bucket && keys.length > 0) {
      const objects = await context.aws.objects(manifest.region);
      await objects.deleteBatch(bucket, keys);
    }
    const objectsNote = keys.length > 0 ? `, ${keys.length} objects deleted` : '';
    terminal.note(
      `${manifest.file}: ${deleted.length} parameters deleted, ${missing.length} were not there${objectsNote}`,
    );
    reports.push({ file: manifest.file, deleted, missing, objects: keys });
  }
  if (context.json) await terminal.write(`${JSON.stringify({ version: 1, manifests: reports })}\n`);
  return EXIT.ok;
}

function target(manifest: Manifest, keepObjects: boolean): Target {
  const keys = manifest.parameters.flatMap(({ fullName, content, extension }) =>
    content.kind === 'blob' && manifest.bucket && !keepObjects
      ? [objectKey(fullName, content.blob.sha256, extension)]
      : [],
  );
  const names = manifest.parameters.map(({ fullName }) => fullName);
  return { manifest, names, bucket: manifest.bucket, keys };
}

async function deleteParameters(context: Context, manifest: Manifest, names: readonly string[]) {
  const parameters = await context.aws.parameters(manifest.region);
  const answers = await pMap(batches(names), (batch) => parameters.deleteBatch(batch), {
    concurrency: context.aws.session.concurrency,
  });
  return {
    deleted: answers.flatMap((answer) => answer.deleted),
    missing: answers.flatMap((answer) => answer.missing),
  };
}
