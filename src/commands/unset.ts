import { CofferError } from '../errors.ts';
import { editManifest } from '../manifest/index.ts';
import type { Parameter } from '../manifest/model.ts';
import { replaceManifest } from '../seal/apply.ts';
import { verify } from '../seal/encrypt.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { findParameter, readManifests } from './manifests.ts';
import { writeReports } from './report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const [file = '', ...names] = context.args;
  const [manifest] = await readManifests(context, [file]);
  if (!manifest) throw new CofferError('usage', 'unset needs a manifest');
  const removed = new Set(names.map((name) => findParameter(manifest, name)));
  const remove = new Set([...removed].map(({ name }) => name));

  const text = editManifest(manifest, { remove });
  const kept = manifest.parameters.filter((parameter) => !removed.has(parameter));
  verify({ ...manifest, parameters: kept }, text, new Map(), []);
  const obsolete = [...removed].flatMap(blobFile);
  const changed = await replaceManifest(manifest, { text, blobs: [], obsolete });

  terminal.note(
    `${file}: removed ${[...remove].join(', ')}; AWS still has what it had until coffer sync ${file} --prune`,
  );
  await writeReports(context, [
    { file: manifest.file, changed, removed: [...remove], blobs: obsolete },
  ]);
  return EXIT.ok;
}

/** The blob's file; no other parameter names it, as a manifest may name each but once. */
function blobFile({ content }: Parameter): string[] {
  return content.kind === 'blob' && 'path' in content.blob.body ? [content.blob.body.path] : [];
}
