import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { countOf } from '../../formats/count.ts';
import { replaceManifest } from '../../seal/apply.ts';
import { FileKey, fileKeyRegion } from '../../seal/file-key.ts';
import { refreshManifest, resealManifest } from '../../seal/refresh.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { changeManifests, tellCreated } from '../../actions/manifests.ts';
import { writeReports } from '../report.ts';

export function run(context: Context): Promise<ExitCode> {
  return changeManifests(context, context.args, (manifests) => refresh(context, manifests));
}

async function refresh(context: Context, manifests: readonly Manifest[]): Promise<ExitCode> {
  const { terminal, flags } = context;
  const reports: object[] = [];
  for (const manifest of manifests) {
    const target = await currentFileKey(context, manifest);
    const source = await context.aws.kms(fileKeyRegion(manifest, context.fileKey));
    const renew = flags.boolean('newDataKeys') ? resealManifest : refreshManifest;
    const next = await renew(manifest, source, target);
    const { changed } = await replaceManifest(manifest, next);
    terminal.note(
      changed
        ? `${manifest.file}: now under ${next.fileKey} (${countOf(next.rewrapped, 'data key')} taken over, ${countOf(next.resealed, 'value')} sealed anew)`
        : `${manifest.file}: already under ${next.fileKey}, nothing to do`,
    );
    reports.push({
      file: manifest.file,
      changed,
      encryptedWith: next.fileKey,
      rewrapped: next.rewrapped,
      resealed: next.resealed,
    });
  }
  await writeReports(context, reports);
  return EXIT.ok;
}

/** The key that the alias names today. */
async function currentFileKey(context: Context, manifest: Manifest) {
  if (!manifest.encryptedWith) {
    throw new CofferError('usage', `${manifest.file} is not encrypted yet`, {
      hint: `run coffer encrypt ${manifest.file}`,
    });
  }
  const choice = { ...context.fileKey, create: context.flags.isAllowed('createKey') };
  const kms = await context.aws.kms(choice.region ?? manifest.region);
  const fileKey = new FileKey(kms, choice);
  const arn = await fileKey.settle();
  tellCreated(context.terminal, fileKey, choice);
  return { kms, arn, choice };
}
