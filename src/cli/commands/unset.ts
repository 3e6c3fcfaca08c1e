import { editManifest } from '../../manifest/index.ts';
import type { Manifest } from '../../manifest/model.ts';
import { replaceManifest } from '../../seal/apply.ts';
import { verify } from '../../seal/encrypt.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { changeManifest, findParameter } from '../../actions/manifests.ts';
import { writeReports } from '../report.ts';

export function run(context: Context): Promise<ExitCode> {
  const [file = '', ...names] = context.args;
  return changeManifest(context, file, (manifest) => unset(context, manifest, names));
}

async function unset(
  context: Context,
  manifest: Manifest,
  names: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const { file } = manifest;
  const removed = new Set(names.map((name) => findParameter(manifest, name)));
  const remove = new Set([...removed].map(({ name }) => name));

  const text = editManifest(manifest, { remove });
  const kept = manifest.parameters.filter((parameter) => !removed.has(parameter));
  verify({ ...manifest, parameters: kept }, text, new Map(), []);
  const { changed, removed: blobs } = await replaceManifest(manifest, { text, blobs: [] });

  terminal.note(
    `${file}: removed ${[...remove].join(', ')}; AWS still has what it had until coffer sync ${file} --prune`,
  );
  await writeReports(context, [{ file, changed, removed: [...remove], blobs }]);
  return EXIT.ok;
}
