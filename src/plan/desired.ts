import pMap from 'p-map';
import { formatPointer, objectKey } from '../crypto/pointer.ts';
import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { ssmFieldsOf } from '../manifest/ssm-fields.ts';
import { headerOf } from '../seal/blob-body.ts';
import { findMisplaced, findUnplaced } from '../seal/placement.ts';
import { openPublished, type Opener } from '../seal/opener.ts';
import type { Desired } from '../stores/model.ts';

/**
 * What a manifest wants in SSM and S3, in its order. Opens values, but not blobs.
 * @param options.noDecrypt values must stay unopened
 * @throws CofferError `plaintext` for plaintext secrets, `oversize` for values that fit nowhere;
 * with the problems of all parameters.
 */
export async function desiredState(
  manifest: Manifest,
  opener: Opener,
  options: { allowPlaintext: boolean; noDecrypt?: boolean },
): Promise<Desired[]> {
  refuseUnsealed(manifest, options);
  return collect(manifest.parameters, (parameter) =>
    desire(manifest, parameter, opener, options.noDecrypt ?? false),
  );
}

/** @throws CofferError `plaintext` */
export function refuseUnsealed(
  { parameters, file }: Manifest,
  { allowPlaintext }: { allowPlaintext: boolean | 'never' },
): void {
  const refuse = ({ type, content }: Parameter) =>
    type === 'SecureString' &&
    (content.kind === 'absent' || (content.kind === 'plain' && allowPlaintext !== true));
  throwAll(
    parameters.filter(refuse).map(({ name, place, content }) => {
      const isAllowed = content.kind === 'plain' && allowPlaintext !== 'never';
      const other = ', or add --allow-plaintext for a file that is never committed';
      return new CofferError('plaintext', `${name} is a secret but not encrypted`, {
        place,
        hint: `run coffer encrypt ${shellFile(file)}${isAllowed ? other : ''}`,
      });
    }),
  );
}

/**
 * What `work` makes of each item, in order.
 * @throws CofferError with the problems of all items
 */
export async function collect<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const problems: CofferError[] = [];
  const results = await pMap(
    items,
    async (item) => {
      try {
        return [await work(item)];
      } catch (error) {
        if (!(error instanceof CofferError) || !error.place) throw error;
        problems.push(error);
        return [];
      }
    },
    { concurrency: 8 },
  );
  throwAll(problems);
  return results.flat();
}

/** The same in one region of the manifest: with the bucket and the key there. */
export function desiredIn(
  { bucket = '', kmskey }: Manifest,
  desired: readonly Desired[],
  isKeyClosed = false,
): Desired[] {
  return desired.map((item) => {
    if (!item.object) return item.isSecret ? { ...item, keyId: kmskey } : item;
    const object = { ...item.object, bucket, kmskey: kmskey ?? '' };
    const closed = isKeyClosed ? ('data key' as const) : undefined;
    return { ...item, value: formatPointer(object), object, closed };
  });
}

async function desire(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  noDecrypt: boolean,
): Promise<Desired> {
  const common = {
    name: parameter.fullName,
    ...ssmFieldsOf(parameter),
    tags: parameter.tags,
  };
  const { content } = parameter;
  const misplaced = findMisplaced(manifest, parameter);
  if (misplaced) throw misplaced;
  if (content.kind === 'blob') {
    const { sha256, size } = content.blob;
    const { bucket = '', kmskey = '' } = manifest;
    const key = objectKey(parameter.fullName, sha256, parameter.extension);
    return {
      ...common,
      type: 'String',
      value: formatPointer({ bucket, key }),
      isSecret: false,
      object: { bucket, key, sha256, size, commitment: headerOf(content.blob), kmskey },
    };
  }
  const isSecret = parameter.type === 'SecureString';
  const secret = { isSecret, keyId: isSecret ? manifest.kmskey : undefined };
  if (noDecrypt && (isSecret || content.kind === 'sealed' || content.kind === 'psyml')) {
    return { ...common, ...secret, type: parameter.type, value: '', closed: 'value' };
  }
  const bytes =
    content.kind === 'absent'
      ? await openPublished(manifest, parameter)
      : await opener.open(parameter);
  // encrypt does not open existing ciphertext without --reseal.
  const isClosed = content.kind === 'sealed' || content.kind === 'psyml';
  const reseal = isClosed ? `--reseal ${parameter.name} ` : '';
  const fix = `coffer encrypt ${reseal}${shellFile(manifest.file)}`;
  const unplaced = findUnplaced(manifest, parameter, bytes, fix);
  if (unplaced) throw unplaced;
  return { ...common, ...secret, type: parameter.type, value: bytes.toString('utf8') };
}

/** Values that share an unusable key share one error. */
function throwAll(errors: readonly CofferError[]): void {
  const problems = [...new Set(errors)];
  const [first, ...more] = problems;
  if (!first) return;
  if (more.length === 0) throw first;
  throw new CofferError(first.code, `${problems.length} parameters cannot be published`, {
    problems,
  });
}
