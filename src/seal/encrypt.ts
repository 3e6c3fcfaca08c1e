import pMap from 'p-map';
import { CofferError, isFailure, type Problem } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { type DataKeys } from '../crypto/data-keys.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import { parseInline, openInline, sealInline } from '../crypto/inline.ts';
import { editManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest, NewParameter, Parameter, ParameterEdit } from '../manifest/model.ts';
import { sealBlob, stageTogether, type StagedBlob } from './blob.ts';
import type { FileKey } from './file-key.ts';
import { Opener } from './opener.ts';
import { plannedParameter, refuseAmbiguous } from './planned.ts';
import { counted } from './file-source.ts';
import type { Plaintext } from './plaintext.ts';
import { hasAge, isSame, type SealingKey } from './same-value.ts';
import { findFullSecret } from './secret-placement.ts';
import { findWork, type Work, type WorkRequest } from './work.ts';

/** What encrypt did with one parameter. */
export interface Sealed {
  name: string;
  /** `value` is inline in the manifest; `blob` has its own data key and goes to S3. */
  form: 'value' | 'blob';
  why: Plaintext['why'];
}

/** A manifest's next text and its files, none of it written yet. */
export interface Sealing {
  text: string;
  /** What `text` says: it was read back to check it. */
  read: Manifest;
  sealed: Sealed[];
  warnings: Problem[];
  blobs: StagedBlob[];
}

/** What to seal. Default: all plaintext and every changed file. */
export interface SealRequest extends WorkRequest {
  /** New parameters; `values` has their values. */
  add?: readonly NewParameter[];
  /** The day that becomes that of the last change, for secrets with a maximum age. */
  today: string;
  /** Names of parameters whose values were there before, perhaps under other names. */
  known?: ReadonlySet<string> | undefined;
  /** Leaves ciphertext alone if it holds the value, as far as the caller may decrypt it. */
  unlessSame?: boolean | undefined;
}

/**
 * Seals all plaintext, and files whose content changed.
 * @throws CofferError with the problems of all sources
 */
export async function encryptManifest(
  original: Manifest,
  fileKey: FileKey,
  { add = [], today, known, unlessSame = false, ...request }: SealRequest,
): Promise<Sealing> {
  const planned = add.map((parameter) => plannedParameter(original, parameter));
  const manifest = { ...original, parameters: [...original.parameters, ...planned] };
  const opener = new Opener(manifest, fileKey.kms);
  const { work: found, warnings } = await findWork(manifest, opener, request);
  const todo = found.filter((item) => item.plaintext !== undefined);
  const needsKeys = todo.some((item) => item.plaintext?.form !== 'plain');
  if (needsKeys && request.only) refuseAmbiguous(original, request.only);

  let sealingKey: SealingKey | undefined;
  if (todo.some((item) => item.plaintext?.form === 'value')) {
    sealingKey = await chooseDataKey(opener.dataKeys, fileKey);
  }

  const same = new Set<Work>();
  await pMap(
    found,
    async (item) => {
      const { parameter, plaintext } = item;
      if (!plaintext || !(unlessSame || hasAge(manifest, parameter))) return;
      const { watch } = request;
      if (await isSame(manifest, parameter, plaintext, opener, sealingKey, watch)) same.add(item);
    },
    { concurrency: 4 },
  );
  const work = found.filter((item) => !(unlessSame && same.has(item)));

  const total = todo.reduce(
    (sum, { plaintext }) => sum + (plaintext?.form === 'blob' ? plaintext.size : 0),
    0,
  );
  let through = 0;
  const tell = (bytes: number) => request.watch?.sealed((through += bytes), total);

  const edits = new Map<string, ParameterEdit>();
  const checks: Check[] = [];
  return stageTogether(async (stage) => {
    await pMap(
      work,
      async (item) => {
        const { parameter, plaintext } = item;
        const edit = lowerType(parameter);
        // A value from outside is not the file's content.
        const isForeign = request.values?.has(parameter.name) === true;
        if (isForeign && parameter.origin && 'file' in parameter.origin) edit.dropOrigin = true;
        if (plaintext?.form === 'plain') {
          edit.content = { kind: 'plain', text: plaintext.text };
        } else if (plaintext?.form === 'value' && sealingKey) {
          const { id, dataKey } = sealingKey;
          edit.content = {
            kind: 'sealed',
            text: sealInline(plaintext.text, id, dataKey, parameter),
          };
          checks.push({ name: parameter.name, dataKey, text: plaintext.text });
        } else if (plaintext?.form === 'blob') {
          const bytes = counted(plaintext.bytes(), tell);
          const { blob } = await stage(sealBlob({ manifest, parameter }, bytes, fileKey));
          edit.content = { kind: 'blob', blob };
        }
        const isNew = plaintext && !known?.has(parameter.name);
        if (isNew && hasAge(manifest, parameter) && !same.has(item)) edit.changed = today;
        if (edit.type !== undefined || edit.content) edits.set(parameter.name, edit);
      },
      { concurrency: 4 },
    );
    const names = new Set(add.map(({ name }) => name));
    const text = editManifest(original, {
      parameters: new Map([...edits].filter(([name]) => !names.has(name))),
      add: add.map((parameter) => {
        const { type = parameter.type, content, changed } = edits.get(parameter.name) ?? {};
        return { ...parameter, type, content, changed: changed ?? parameter.changed };
      }),
      ...(needsKeys && {
        encryptedWith: fileKey.id,
        dataKeys: opener.dataKeys.wrapped,
      }),
    });
    const read = verify(manifest, text, edits, checks);
    const full = findFullSecret(read);
    if (full) throw full;
    if (needsKeys) warnings.push(...warnOfPsyml(original));
    return { text, read, sealed: describe(work), warnings };
  });
}

/** psyml reads no file in which coffer has sealed anything: a team halfway over has to know. */
function warnOfPsyml({ file, dataKeys, parameters }: Manifest): Problem[] {
  const isPsymls = parameters.some(({ content }) => content.kind === 'psyml');
  if (!isPsymls || Object.keys(dataKeys).length > 0) return [];
  return [
    {
      message: `psyml cannot read ${file} any more: coffer has sealed a value in it`,
      hint: `coffer refresh ${shellFile(file)} brings psyml's own values into coffer's format`,
    },
  ];
}

/**
 * A data key to seal values under: a listed one when the caller may open it, otherwise a new one.
 * Whoever may not open it keeps its plaintext all the same, so nobody else may seal under it.
 * @throws CofferError when a listed key cannot be used for another reason than the caller's rights:
 * it may be one that somebody planted
 */
export async function chooseDataKey(dataKeys: DataKeys, fileKey: FileKey): Promise<SealingKey> {
  const trust = await fileKey.requireTrust();
  const [shared] = dataKeys.sharedIds;
  // Those who may not open one key of the file may open none: all have the same context.
  const probe = shared ?? dataKeys.ids[0];
  const probed = probe === undefined ? undefined : await unlessDenied(dataKeys.open(probe));
  if (shared !== undefined && probed) return { id: shared, dataKey: probed };
  const generate = (context: EncryptionContext) => fileKey.generate(context);
  if (probed) return dataKeys.create(generate);
  if (probe === undefined) {
    const made = await unlessDenied(dataKeys.create(generate));
    if (made && (await dataKeys.isUsable(made.id))) return made;
  }
  if (trust !== 'alias') {
    throw new CofferError(
      'key',
      `without kms:Decrypt, values are sealed under ${fileKey.alias} alone`,
      {
        hint: `encrypted_with names another key, which takes kms:Decrypt to check: ask somebody who may decrypt`,
      },
    );
  }
  return dataKeys.create(generate, 'write-only');
}

function unlessDenied<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isFailure(error, 'denied')) return undefined;
    throw error;
  });
}

function lowerType(parameter: Parameter): ParameterEdit {
  const type = parameter.typeAsWritten.toLowerCase();
  return type === parameter.typeAsWritten ? {} : { type };
}

function describe(work: readonly Work[]): Sealed[] {
  return work.flatMap(({ parameter, plaintext }) =>
    plaintext
      ? [
          {
            name: parameter.name,
            form: plaintext.form === 'blob' ? 'blob' : 'value',
            why: plaintext.why,
          } as const,
        ]
      : [],
  );
}

export interface Check {
  name: string;
  dataKey: Buffer;
  text: string;
}

/**
 * Checks the new text by reading it as a later run will: all that is not letter for letter what
 * `before` was read from.
 * @returns what the text says
 */
export function verify(
  before: Manifest,
  text: string,
  edits: ReadonlyMap<string, ParameterEdit>,
  checks: readonly Check[],
): Manifest {
  const read = text === before.text ? before : parseManifest(text, before.file, before);
  const after = new Map(read.parameters.map((parameter) => [parameter.name, parameter]));
  for (const { name, content, changed } of before.parameters) {
    const wanted = { content, changed, ...edits.get(name) };
    const is = after.get(name);
    const isWanted = JSON.stringify(is?.content) === JSON.stringify(wanted.content);
    if (!isWanted || is?.changed !== wanted.changed) {
      throw new Error(`the new text of ${before.file} would not set ${name} as intended`);
    }
  }
  for (const { name, dataKey, text } of checks) {
    const parameter = after.get(name);
    const value = parameter?.content.kind === 'sealed' && parseInline(parameter.content.text);
    if (!parameter || !value || openInline(value, dataKey, parameter) !== text) {
      throw new Error(`the new ciphertext of ${name} in ${before.file} would not open`);
    }
  }
  return read;
}
