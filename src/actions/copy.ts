import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { countOf } from '../formats/count.ts';
import type { Manifest, NewParameter, Parameter } from '../manifest/model.ts';
import { findParameter, lockManifests, openerFor, readManifests } from './manifests.ts';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { inlineLimit } from '../seal/limits.ts';
import type { Opener } from '../seal/opener.ts';
import type { Streamed } from '../seal/work.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

/**
 * Copies parameters from one manifest into another, and seals them for it.
 * @throws CofferError `usage` for a name that the other manifest has already
 */
export function copy(
  tools: Tools,
  file: string,
  names: readonly string[],
  to: string,
  options: WriteOptions = {},
): Promise<SealReport> {
  return lockManifests(tools, [file, to], options, async () => {
    const [from, target] = await readManifests(tools, [file, to]);
    if (!from || !target) {
      throw new CofferError('usage', 'coffer copy takes two manifests', {
        hint: `within one manifest: coffer move ${shellFile(file)} OLD NEW`,
      });
    }
    const chosen = [...new Set(names.map((name) => findParameter(from, name)))];
    refuseExisting(target, chosen);
    const opener = await openerFor(tools, from, { isPublished: true });
    const values = new Map<string, Buffer | Streamed>();
    for (const parameter of chosen) {
      values.set(parameter.name, await takeValue(tools, parameter, opener, target));
    }
    const add = chosen.map((parameter) => newParameter(parameter, target));
    const only = new Set(values.keys());
    // In another place, a value is as old as it was.
    const request = { only, known: only, values, add };
    const report = await sealInPlace(tools, target, request, options);
    tools.host.note(`${to}: ${countOf(chosen.length, 'parameter')} copied from ${file}`);
    return report;
  });
}

function refuseExisting({ file, parameters }: Manifest, chosen: readonly Parameter[]): void {
  const there = new Set(parameters.map(({ name }) => name));
  const taken = chosen.find(({ name }) => there.has(name));
  if (!taken) return;
  throw new CofferError('usage', `${file} has a parameter ${taken.name} already`, {
    hint: `remove it first: coffer unset ${shellFile(file)} ${taken.name}`,
  });
}

/** Large values stream from one blob into the other. */
async function takeValue(
  { limit }: Tools,
  parameter: Parameter,
  opener: Opener,
  target: Manifest,
): Promise<Buffer | Streamed> {
  const { content, name } = parameter;
  if (content.kind !== 'blob' || content.blob.size - TAG_BYTES <= inlineLimit(target, parameter)) {
    return asSource(parameter, await opener.open(parameter));
  }
  const size = content.blob.size - TAG_BYTES;
  limit.ofStreams.take(name, size);
  return { size, bytes: () => opener.stream(parameter, content.blob) };
}

/** What a file would hold for it. */
function asSource({ encoding }: Parameter, value: Buffer): Buffer {
  return encoding === 'base64' ? Buffer.from(value.toString(), 'base64') : value;
}

/** Its fields, but for a file: that is the other manifest's. */
function newParameter(parameter: Parameter, { tags: common }: Manifest): NewParameter {
  const {
    fullName: _,
    typeAsWritten: __,
    place: ___,
    content: ____,
    origin,
    tags,
    store,
    extension,
    ...fields
  } = parameter;
  const own = Object.entries(tags).filter(([key, value]) => common[key] !== value);
  return {
    ...fields,
    // What is not there by itself.
    ...(store !== 'auto' && { store }),
    ...(extension !== '' && { extension }),
    ...(own.length > 0 && { tags: Object.fromEntries(own) }),
    ...(origin && 'generate' in origin && { origin }),
  };
}
