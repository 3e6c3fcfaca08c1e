import { CofferError, type Problem } from '../errors.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { changeManifest, findParameter } from './manifests.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface RotateOptions extends WriteOptions {
  /** Instead of names: every parameter with `generate:`. */
  all?: boolean | undefined;
}

/**
 * Makes new values for parameters with `generate:`, and seals them.
 * @throws CofferError `usage` for a parameter without
 */
export async function rotate(
  tools: Tools,
  file: string,
  names: readonly string[],
  options: RotateOptions = {},
): Promise<SealReport> {
  const { all = false } = options;
  if (all === names.length > 0) {
    throw new CofferError('usage', 'rotate takes names, or --all', {
      hint: 'for example: coffer rotate app.yml db_password',
    });
  }
  return changeManifest(tools, file, options, async (manifest) => {
    const chosen = all
      ? manifest.parameters.filter(isGenerated)
      : names.map((name) => findParameter(manifest, name));
    refuseOthers(manifest, chosen);
    const wanted = new Set(chosen.map(({ name }) => name));
    const request = { only: wanted, regenerate: wanted };
    const report = await sealInPlace(tools, manifest, request, options);
    tools.host.note(
      `${file}: generated ${[...wanted].join(', ')} anew; coffer sync ${file} tells AWS`,
    );
    return report;
  });
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
