import { CofferError, type Problem } from '../errors.ts';
import type { Generate, Manifest, Parameter } from '../manifest/model.ts';
import { fromFile, type FileRequest } from './file-source.ts';
import { generateValue } from './generate.ts';
import { encodeSource, type Opener } from './opener.ts';
import { isInline, isMisplaced } from './placement.ts';
import { fromCiphertext, moved, placed, unlessPlain, type Plaintext } from './plaintext.ts';

/** A parameter, and the plaintext to seal, if any. */
export interface Work {
  parameter: Parameter;
  plaintext?: Plaintext | undefined;
}

/** A large value that is not kept in memory; reading it fails at its end if it is damaged. */
export interface Streamed {
  size: number;
  bytes: () => AsyncIterable<Buffer>;
}

/** Which parameters to look at, and what to seal besides plaintext. */
export interface WorkRequest extends FileRequest {
  /** Looks at only these parameters. */
  only?: ReadonlySet<string>;
  /** Plaintext from outside the manifest, by parameter name. */
  values?: ReadonlyMap<string, Buffer | Streamed>;
  /** Parameters whose values are generated again. */
  regenerate?: ReadonlySet<string>;
}

/**
 * Finds what to seal in a manifest.
 * @throws CofferError with the problems of all parameters
 */
export async function findWork(
  manifest: Manifest,
  opener: Opener,
  request: WorkRequest,
): Promise<{ work: Work[]; warnings: Problem[] }> {
  const work: Work[] = [];
  const warnings: Problem[] = [];
  const problems: CofferError[] = [];
  const { only } = request;
  for (const parameter of manifest.parameters) {
    if (only && !only.has(parameter.name)) continue;
    try {
      const plaintext = await plaintextOf(manifest, parameter, opener, request, warnings);
      work.push({ parameter, plaintext });
    } catch (error) {
      if (
        !(error instanceof CofferError) ||
        !['source', 'oversize', 'manifest'].includes(error.code)
      ) {
        throw error;
      }
      problems.push(error);
    }
  }
  const [first, ...more] = problems;
  if (!first) return { work, warnings };
  if (more.length === 0) throw first;
  throw new CofferError(first.code, `${problems.length} values cannot be encrypted`, { problems });
}

async function plaintextOf(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  request: WorkRequest,
  warnings: Problem[],
): Promise<Plaintext | undefined> {
  const { reseal = new Set(), values, regenerate } = request;
  const { name, content, origin } = parameter;
  const value = values?.get(name);
  if (value) return fromOutside(manifest, parameter, value);
  if (origin && 'generate' in origin && (content.kind === 'absent' || regenerate?.has(name))) {
    return placed(manifest, parameter, generateAt(parameter, origin.generate), 'generated');
  }
  if (content.kind === 'plain') {
    return unlessPlain(placed(manifest, parameter, Buffer.from(content.text), 'new'));
  }
  if (origin && 'file' in origin) {
    return fromFile(manifest, parameter, origin.file, opener, request, warnings);
  }
  if (content.kind === 'absent') return undefined;
  if (reseal.has(name)) return fromCiphertext(manifest, parameter, opener, 'changed');
  return isMisplaced(manifest, parameter)
    ? moved(manifest, parameter, opener, warnings)
    : undefined;
}

/** Treats the bytes like a file's content. Only the manifest can hold plain text here. */
function fromOutside(
  manifest: Manifest,
  parameter: Parameter,
  value: Buffer | Streamed,
): Plaintext {
  const why = parameter.content.kind === 'absent' ? 'new' : 'changed';
  if (!Buffer.isBuffer(value)) {
    isInline(manifest, parameter, value.size);
    return { form: 'blob', size: value.size, bytes: value.bytes, why };
  }
  if (value.length === 0) {
    throw new CofferError('source', `the value of ${parameter.name} is empty`, {
      hint: 'SSM cannot hold an empty value',
    });
  }
  return placed(manifest, parameter, encodeSource(parameter, value), why);
}

function generateAt(parameter: Parameter, generate: Generate): Buffer {
  try {
    return Buffer.from(generateValue(generate));
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    throw new CofferError(error.code, `${parameter.name}: ${error.message}`, {
      place: parameter.place,
      hint: error.hint,
    });
  }
}
