import type { ErrorCode } from '../errors.ts';
import type { NetworkFailure } from './network-errors.ts';

/** One call to AWS, for messages. */
export interface Doing {
  /** As IAM names it: `kms:Decrypt`. */
  action: string;
  /** What it acts on: a key, a parameter's name, an object's URL. */
  target: string;
  /** Text that AWS might quote and that messages must not show. */
  secret?: string | undefined;
  /** The region of the call, if it matters to the answer. */
  region?: string | undefined;
}

export interface AwsFailure extends NetworkFailure {
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Readonly<Record<string, string>> };
}

/** What to say instead of AWS's or the SDK's own words. */
interface Explanation {
  code?: ErrorCode;
  message: string;
  hint: string;
}

/** What the answer to a call means, if AWS's own words do not say it. */
export function explainCall(
  failure: AwsFailure,
  name: string,
  doing: Doing,
): Explanation | undefined {
  return (
    explainClock(failure, name) ??
    explainBucketRegion(failure, doing) ??
    explainLabel(failure, name, doing)
  );
}

/** What the SDK refuses before it makes a call. */
export function explainMisuse({ message }: Error): Explanation | undefined {
  if (message === 'Region is missing') {
    return {
      message: 'no AWS region is set',
      hint: 'add --region, set AWS_REGION, or add a region to the profile',
    };
  }
  const [, region] = /^Region not accepted: region="(.*)" is/.exec(message) ?? [];
  if (region !== undefined) {
    return { message: `"${region}" is not an AWS region`, hint: 'for example us-east-1' };
  }
  if (!/^Invalid Configuration: |^(?:FIPS|DualStack) (?:is|and \w+ are) enabled/i.test(message)) {
    return undefined;
  }
  return {
    message: message.replace('Invalid Configuration: ', ''),
    hint: 'unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or the variable or flag that sets the endpoint',
  };
}

const CLOCK = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);

/** The SDK corrects a wrong clock by itself, if AWS answers with the time. */
function explainClock(failure: AwsFailure, name: string): Explanation | undefined {
  const isSkewed =
    CLOCK.has(name) || /signature (?:expired|not yet current)/i.test(failure.message);
  if (!isSkewed) return undefined;
  const theirs = Date.parse(failure.$response?.headers?.['date'] ?? '');
  const minutes = Math.round((theirs - Date.now()) / 60_000);
  const how =
    Number.isNaN(minutes) || minutes === 0
      ? ''
      : ` by ${Math.abs(minutes)} min, ${minutes > 0 ? 'behind' : 'ahead'}`;
  return {
    code: 'aws',
    message: `the clock of this machine is wrong${how} (${name})`,
    hint: 'set the clock, for example by NTP, and run the command again',
  };
}

function explainBucketRegion(failure: AwsFailure, doing: Doing): Explanation | undefined {
  const home = bucketRegion(failure, doing);
  if (home === undefined) return undefined;
  return {
    code: 'conflict',
    message: `the bucket is in another region: ${home}`,
    hint: `use a bucket in ${doing.region ?? 'this region'}, or call coffer for ${home}: region: in the manifest, --region without one`,
  };
}

/**
 * The region of a bucket to which S3 sends the caller; a HEAD has no body with its name. For a
 * bucket in a region newer than 2019, other regions answer that the request is bad.
 */
export function bucketRegion(error: unknown, { action, region }: Doing): string | undefined {
  if (!action.startsWith('s3:') || !(error instanceof Error)) return undefined;
  const { $metadata, $response, message } = error as AwsFailure;
  const status = $metadata?.httpStatusCode;
  // A bad request may be bad in another way, so it counts only if its region is known.
  if (status !== 301 && status !== 307 && !(status === 400 && region)) return undefined;
  const home =
    $response?.headers?.['x-amz-bucket-region'] ??
    /the region '[^']*' is wrong; expecting '([a-z0-9-]+)'/.exec(message)?.[1];
  return home === region ? undefined : home;
}

/** SSM keeps 100 versions, and does not drop the oldest one if it has a label. */
function explainLabel(failure: AwsFailure, name: string, doing: Doing): Explanation | undefined {
  if (name !== 'ParameterMaxVersionLimitExceeded') return undefined;
  const version = /\bversion (\d+)/i.exec(failure.message)?.[1];
  const which = version === undefined ? 'the oldest version' : `version ${version}, the oldest,`;
  return {
    code: 'conflict',
    message: `SSM keeps 100 versions, and cannot drop ${which} because it has a label`,
    hint: `move its label to a newer version: aws ssm label-parameter-version --name ${doing.target} --parameter-version NEWER --labels LABEL (coffer history ${doing.target} shows the labels)`,
  };
}
