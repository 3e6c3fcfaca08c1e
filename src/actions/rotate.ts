import { CofferError, type Problem } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { changeManifest, findParameter } from './manifests.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface RotateOptions extends WriteOptions {
  /** Rotates every parameter with `generate:`, instead of names. */
  all?: boolean | undefined;
}

/**
 * Generates new values for parameters with `generate:`, and seals them.
 * @throws CofferError `usage` for a parameter without it
 */
export async function rotate(
  tools: Tools,
  file: string,
  names: readonly string[],
  options: RotateOptions = {},
): Promise<SealReport> {
  const { all = false } = options;
  if (all === names.length > 0) {
    throw new CofferError('usage', 'coffer rotate needs names or --all', {
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
      `${file}: generated new values for ${[...wanted].join(', ')}; run coffer sync ${shellFile(file)} to update AWS`,
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
      hint: 'add "generate: {length: 32}" to parameters whose values coffer should generate',
    });
  }
  const problems: Problem[] = chosen
    .filter((parameter) => !isGenerated(parameter))
    .map(({ name, place }) => ({
      message: `${name} has no generate:, so coffer cannot generate its value`,
      hint: `coffer set ${shellFile(file)} ${name} sets a new one`,
      place,
    }));
  const [first] = problems;
  if (!first) return;
  throw new CofferError('usage', first.message, { ...first, problems });
}
