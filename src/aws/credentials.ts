import { memoize } from '@smithy/core/config';
import { CofferError } from '../errors.ts';
import { runCredentialProcess } from './credential-process.ts';
import { LIMITS } from './limits.ts';
import { readNamedFile } from './named-file.ts';
import { NO_SETUP } from './setup.ts';
import { baseOf, type Credentials, type Session } from './session.ts';
import { describeSource, findSource, type RoleRequest, type Source } from './source.ts';
import type { Section } from './shared-config.ts';
import { findInTime } from './waiting.ts';

type Provider = () => Promise<Credentials>;

/** How long before their end credentials are replaced. */
const MARGIN_MS = 5 * 60 * 1000;

const providers = new WeakMap<Session, Provider>();

/** The credentials of a session: one search for all its clients, so that it asks only once. */
export function credentialsOf(session: Session): Provider {
  const base = baseOf(session);
  const known = providers.get(base);
  if (known) return known;
  const provider = memoize(
    () => find(session),
    ({ expiration }) => expiration !== undefined && +expiration - Date.now() < MARGIN_MS,
    ({ expiration }) => expiration !== undefined,
  );
  providers.set(base, provider);
  return provider;
}

async function find(session: Session): Promise<Credentials> {
  const source = sourceOf(session);
  session.log?.(`credentials: ${describeSource(source)}`);
  const found = await provide(session, source);
  if (session.role === undefined) return found;
  return assume(session, { arn: session.role, tags: session.roleTags }, found);
}

/** @throws CofferError `credentials` for settings that cannot work */
export function sourceOf({ credentials, setup = NO_SETUP }: Session): Source {
  return credentials ? { kind: 'caller' } : findSource(setup);
}

async function provide(session: Session, source: Source): Promise<Credentials> {
  const { environment, config } = session.setup ?? NO_SETUP;
  const { credentials: limit } = session.limits ?? LIMITS;
  const inTime = (search: Provider) => findInTime(search, limit);
  switch (source.kind) {
    case 'caller': {
      const { credentials } = session;
      if (typeof credentials === 'function') return inTime(credentials);
      if (credentials) return credentials;
      throw new CofferError('credentials', 'the program passes no credentials');
    }
    case 'environment':
      return {
        accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
        sessionToken: environment['AWS_SESSION_TOKEN'] || undefined,
      };
    case 'keys':
      return keysOf(config.profiles.get(source.profile) ?? {});
    case 'process':
      return runCredentialProcess(
        source.profile,
        config.profiles.get(source.profile)?.['credential_process'] ?? '',
        { environment, limit },
      );
    case 'sso':
    case 'login': {
      const { signedIn } = await import('./sign-in.ts');
      return inTime(() => signedIn(session, source));
    }
    case 'role':
      return assume(session, source.role, await provide(session, source.source));
    case 'web identity':
      return inTime(() => assumeWithToken(session, source));
    case 'container':
    case 'instance': {
      const { fromMachine } = await import('./machine.ts');
      return inTime(() => fromMachine(session, source));
    }
  }
}

function keysOf(section: Section): Credentials {
  return {
    accessKeyId: section['aws_access_key_id'] ?? '',
    secretAccessKey: section['aws_secret_access_key'] ?? '',
    sessionToken: section['aws_session_token'],
  };
}

/** Asks for the code of the MFA device, if the role takes one. */
async function assume(
  session: Session,
  role: RoleRequest,
  credentials: Credentials,
): Promise<Credentials> {
  const { assumeRole } = await import('./sts.ts');
  const code = role.mfaDevice && (await askCode(session, role.mfaDevice));
  return assumeRole(session, role, credentials, code);
}

async function askCode({ askCode: ask }: Session, device: string): Promise<string> {
  const code = await ask?.(device);
  if (code === undefined) {
    throw new CofferError(
      'credentials',
      `the role needs the code of the MFA device ${device}, and coffer cannot ask for it here`,
      {
        hint: 'run the command in a terminal, or use temporary credentials, such as those of aws sts get-session-token',
      },
    );
  }
  if (/^\d{6}$/.test(code)) return code;
  throw new CofferError('credentials', `the code of the MFA device ${device} has six digits`, {
    hint: 'run the command again',
  });
}

async function assumeWithToken(
  session: Session,
  { tokenFile, role }: Source & { kind: 'web identity' },
): Promise<Credentials> {
  const token = await readNamedFile(tokenFile, 'the web identity token', {
    code: 'credentials',
    hint: 'AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile, names it',
  });
  const { assumeRoleWithToken } = await import('./sts.ts');
  return assumeRoleWithToken(session, role, token.trim());
}
