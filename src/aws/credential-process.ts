import { exec } from 'node:child_process';
import { CofferError } from '../errors.ts';
import type { Environment } from './environment.ts';
import type { Credentials } from './session.ts';

/** How much of what a command says goes into a message. */
const SHOWN_LENGTH = 300;

/**
 * Runs the `credential_process` of a profile, which prints JSON.
 * @throws CofferError `credentials` with what it says on stderr, without what may be secret
 */
export async function runCredentialProcess(
  profile: string,
  command: string,
  { environment, limit }: { environment: Environment; limit: number },
): Promise<Credentials> {
  const fail = (why: string) =>
    new CofferError('credentials', `credential_process of the AWS profile ${profile} ${why}`, {
      hint: 'run that command yourself to see what is wrong',
    });
  const stdout = await new Promise<string>((resolve, reject) => {
    const options = { env: { ...environment }, timeout: limit, encoding: 'utf8' as const };
    exec(command, options, (error, output, said) => {
      if (!error) return resolve(output);
      const words = withoutSecrets(said, environment);
      const end = error.killed
        ? `did not end within ${limit / 1000} s`
        : `failed (${endOf(error)})`;
      reject(fail(words === '' ? end : `${end}: ${words}`));
    });
  });
  const answer = parse(stdout);
  if (!answer) throw fail('printed no JSON object');
  if (answer['Version'] !== 1) throw fail('printed another Version than 1');
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer;
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') {
    throw fail('printed no AccessKeyId and SecretAccessKey');
  }
  const expiration = typeof Expiration === 'string' ? new Date(Expiration) : undefined;
  if (expiration && !(expiration.getTime() > Date.now())) {
    throw fail('printed credentials that have expired');
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: typeof SessionToken === 'string' ? SessionToken : undefined,
    expiration,
  };
}

function endOf({ code, signal }: { code?: number; signal?: string }): string {
  return signal ? `ended by ${signal}` : `exit code ${code}`;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Values of variables and settings whose names say that they are secret. */
const NAMED_SECRET =
  /((?:secret|token|password|passwd|pwd|key)[\w-]*["']?\s*[:=]\s*)("[^"]*"|\S+)/gi;
/** Keys, tokens and hashes: long runs of letters and digits. */
const LOOKS_SECRET = /(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])[\w+/=.-]{20,}/g;

function withoutSecrets(said: string, environment: Environment): string {
  let text = said;
  for (const name of ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    const secret = environment[name];
    if (secret) text = text.replaceAll(secret, '(not shown)');
  }
  text = text
    .replaceAll(NAMED_SECRET, '$1(not shown)')
    .replaceAll(LOOKS_SECRET, '(not shown)')
    // Colours and other controls are not for a message.
    .replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return text.length > SHOWN_LENGTH ? `…${text.slice(-SHOWN_LENGTH)}` : text;
}
