import type { Call } from '../access.ts';
import { Refusal } from '../refusal.ts';
import type { XmlTree } from '../s3/xml.ts';
import type { Identities } from '../identities.ts';

type Handler = (identities: Identities, input: URLSearchParams, call: Call) => XmlTree;

/** The code that no MFA device shows, for a wrong answer on demand. */
const WRONG_CODE = '000000';

export const OPERATIONS: Readonly<Record<string, Handler>> = {
  GetCallerIdentity(identities, _, { caller }) {
    // AWS answers this to everybody, whatever policies say.
    const { arn, userId, account } = identities.of(caller.accessKeyId);
    return { Arn: arn, UserId: userId, Account: account };
  },

  AssumeRole(identities, input, call) {
    const role = text(input, 'RoleArn', /^[\w+=,.@:/-]{20,2048}$/);
    const answer = assume(identities, input, call.now);
    call.require('sts:AssumeRole', role);
    if (input.has('SerialNumber') || input.has('TokenCode')) {
      text(input, 'SerialNumber', /^[\w+=/:,.@-]{9,256}$/);
      if (text(input, 'TokenCode', /^\d{6}$/) === WRONG_CODE) {
        throw new Refusal(
          'AccessDenied',
          'MultiFactorAuthentication failed with invalid MFA one time pass code.',
          403,
        );
      }
    }
    return answer();
  },

  AssumeRoleWithWebIdentity(identities, input, { now }) {
    text(input, 'WebIdentityToken', /^[\s\S]{4,20000}$/);
    return assume(identities, input, now)();
  },
};

/** Checks the input, and returns what makes the answer. */
function assume(identities: Identities, input: URLSearchParams, now: number): () => XmlTree {
  const arn = text(input, 'RoleArn', /^[\w+=,.@:/-]{20,2048}$/);
  const session = text(input, 'RoleSessionName', /^[\w+=,.@-]{2,64}$/);
  const seconds = Number(input.get('DurationSeconds') ?? 3600);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
    throw invalid(`Value '${seconds}' at 'durationSeconds' failed to satisfy constraint`);
  }
  const [, partition = '', account = '', path = ''] =
    /^arn:([\w-]+):iam::(\d{12}):role\/(.+)$/.exec(arn) ?? [];
  if (path === '') throw invalid(`${arn} is invalid`);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return () => {
    const end = new Date(now + seconds * 1000);
    const role = identities.assume({ arn, partition, account, name }, session, end);
    return {
      AssumedRoleUser: { AssumedRoleId: role.userId, Arn: role.arn },
      Credentials: {
        AccessKeyId: role.accessKeyId,
        SecretAccessKey: role.secretAccessKey,
        SessionToken: role.sessionToken,
        Expiration: role.expiration.toISOString(),
      },
    };
  };
}

function text(input: URLSearchParams, name: string, pattern: RegExp): string {
  const value = input.get(name);
  if (value !== null && pattern.test(value)) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw invalid(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

function invalid(message: string): Refusal {
  return new Refusal('ValidationError', message);
}
