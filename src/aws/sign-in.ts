import { fromLoginCredentials } from '@aws-sdk/credential-provider-login';
import { fromSSO } from '@aws-sdk/credential-provider-sso';
import { CofferError } from '../errors.ts';
import { baseConfig, SILENT_LOGGER } from './base-config.ts';
import { nodeErrorIn, translate } from './errors.ts';
import { NO_SETUP } from './setup.ts';
import type { Credentials, Session } from './session.ts';
import type { Section, SharedConfig } from './shared-config.ts';
import { renewal, type Source } from './source.ts';
import type { PatientHandler } from './waiting.ts';

type SignIn = Source & { kind: 'sso' | 'login' };

/** The credentials of a profile for which people sign in. */
export async function signedIn(session: Session, source: SignIn): Promise<Credentials> {
  const { config } = session.setup ?? NO_SETUP;
  const { requestHandler, retryStrategy } = baseConfig(session, 'sts', undefined);
  const lost = watch(requestHandler as PatientHandler);
  const init = {
    profile: source.profile,
    filepath: config.files.credentials,
    configFilepath: config.files.config,
    ignoreCache: true,
    logger: SILENT_LOGGER,
    clientConfig: { requestHandler, retryStrategy, logger: SILENT_LOGGER },
  };
  if (source.kind === 'sso') requireSso(config, source.profile);
  try {
    return await (source.kind === 'sso' ? fromSSO(init) : fromLoginCredentials(init))();
  } catch (error) {
    const failure = lost();
    const doing = { action: SIGN_IN[source.kind], target: `for the profile ${source.profile}` };
    throw failure === undefined ? explain(source, error) : translate(failure, doing);
  }
}

/** As IAM names what these calls do. */
const SIGN_IN = { sso: 'sso:GetRoleCredentials', login: 'signin:CreateOAuth2Token' } as const;

/** Keeps the failure of the network, of which the SDK's own error has only the text. */
function watch(handler: PatientHandler): () => unknown {
  let failure: unknown;
  const send = handler.handle.bind(handler);
  handler.handle = (...args) =>
    send(...args).catch((error: unknown) => {
      failure = nodeErrorIn(error) === undefined ? undefined : error;
      throw error;
    });
  return () => failure;
}

/** @throws CofferError `credentials` if settings are missing, which the SDK would not say */
function requireSso({ profiles, sections, files }: SharedConfig, profile: string): void {
  const section = profiles.get(profile) ?? {};
  const name = section['sso_session'];
  const session: Section | undefined =
    name === undefined ? section : sections.get(`sso-session.${name}`);
  if (!session) {
    throw new CofferError(
      'credentials',
      `the AWS profile ${profile} names the sso-session ${name}, which does not exist`,
      { hint: `add [sso-session ${name}] to ${files.config}, or run aws configure sso` },
    );
  }
  const missing = [
    ...['sso_start_url', 'sso_region'].filter((key) => !session[key]),
    ...['sso_account_id', 'sso_role_name'].filter((key) => !section[key]),
  ];
  if (missing.length === 0) return;
  throw new CofferError('credentials', `the AWS profile ${profile} lacks ${missing.join(', ')}`, {
    hint: 'run aws configure sso, or add it to the profile',
  });
}

function explain(source: SignIn, cause: unknown): CofferError {
  const said = cause instanceof Error ? cause.message : '';
  const { profile } = source;
  const options = { hint: renewal(source), cause };
  if (/ForbiddenException|no access/i.test(said)) {
    return new CofferError(
      'denied',
      `the AWS profile ${profile}: you may not use its sso_role_name in its sso_account_id`,
      { hint: 'ask for this assignment, or use another profile', cause },
    );
  }
  const what = source.kind === 'sso' ? 'SSO session' : 'session of aws login';
  if (/expired|cannot refresh|Unauthorized/i.test(said)) {
    return new CofferError(
      'credentials',
      `the ${what} of the AWS profile ${profile} has expired`,
      options,
    );
  }
  if (/not found|invalid|not present|Failed to load token|Token validation/i.test(said)) {
    return new CofferError(
      'credentials',
      `there is no ${what} of the AWS profile ${profile}, or it has expired`,
      options,
    );
  }
  const why = said.replaceAll(/\s+/g, ' ').slice(0, 200);
  return new CofferError(
    'credentials',
    `the AWS profile ${profile} cannot sign in: ${why}`,
    options,
  );
}
