import { CofferError } from '../errors.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { ssmLimit } from './limits.ts';

/**
 * Whether SSM holds a value itself; otherwise S3 does.
 * @throws CofferError `oversize` when it has nowhere to go.
 */
export function goesToSsm(
  manifest: Manifest,
  parameter: Parameter,
  size: number,
  isText: boolean,
): boolean {
  const limit = ssmLimit(parameter);
  const fits = isText && size <= limit;
  if (fits && parameter.store !== 's3') return true;
  const why = !isText
    ? 'its content is not text, which is all that SSM holds'
    : `its ${size} bytes are more than the ${limit} that SSM holds in tier ${parameter.tier ?? 'Standard'}`;
  if (parameter.store === 'ssm' || parameter.encoding === 'base64') {
    const key = parameter.store === 'ssm' ? 'store: ssm' : 'encoding: base64';
    throw new CofferError('oversize', `${parameter.name}: ${why}`, {
      place: parameter.place,
      hint: `take ${key} away, so that it can go to S3`,
    });
  }
  if (!manifest.bucket) {
    throw new CofferError(
      'oversize',
      `${parameter.name}: ${fits ? 'store: s3 needs a bucket' : why}`,
      {
        place: parameter.place,
        hint: `add "bucket: NAME" to the top of ${manifest.file}${isText && size <= 8192 && !fits ? ', or "tier: Advanced" to the parameter' : ''}`,
      },
    );
  }
  return false;
}
