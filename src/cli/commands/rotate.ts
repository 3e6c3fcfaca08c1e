import { CofferError, type Problem } from '../../errors.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { changeManifest, findParameter } from '../../actions/manifests.ts';
import { writeReports } from '../report.ts';
import { sealInPlace } from '../../actions/sealing.ts';

export function run(context: Context): Promise<ExitCode> {
  const [file = '', ...names] = context.args;
  const isAll = context.flags.boolean('all');
  if (isAll === names.length > 0) {
    throw new CofferError('usage', 'rotate takes names, or --all', {
      hint: 'for example: coffer rotate app.yml db_password',
    });
  }
  return changeManifest(context, file, (manifest) => {
    const chosen = isAll
      ? manifest.parameters.filter(isGenerated)
      : names.map((name) => findParameter(manifest, name));
    return rotate(context, manifest, chosen);
  });
}

async function rotate(
  context: Context,
  manifest: Manifest,
  chosen: readonly Parameter[],
): Promise<ExitCode> {
  refuseOthers(manifest, chosen);

  const wanted = new Set(chosen.map(({ name }) => name));
  const { report } = await sealInPlace(context, manifest, { only: wanted, regenerate: wanted });
  context.terminal.note(
    `${manifest.file}: generated ${[...wanted].join(', ')} anew; coffer sync ${manifest.file} tells AWS`,
  );
  await writeReports(context, [report]);
  return EXIT.ok;
}

function isGenerated({ origin }: Parameter): boolean {
  return origin !== undefined && 'generate' in origin;
}

function refuseOthers({ file }: Manifest, chosen: readonly Parameter[]): void {
  if (chosen.length === 0) {
    throw new CofferError('usage', `${file} has no parameter with generate:`, {
      hint: 'add "generate: {length: 32}" to those whose values coffer is to make up',
    });
  }
  const problems: Problem[] = chosen
    .filter((parameter) => !isGenerated(parameter))
    .map(({ name, place }) => ({
      message: `${name} has no generate:, so nobody but you can make up its value`,
      hint: `coffer set ${file} ${name} takes a new one`,
      place,
    }));
  const [first] = problems;
  if (!first) return;
  throw new CofferError('usage', first.message, { ...first, problems });
}
