import { CofferError } from '../errors.ts';
import { shellWord } from '../files/shell-words.ts';
import type { Setup } from './setup.ts';
import { profileNamed, type Section, type SharedConfig } from './shared-config.ts';

/** Where credentials come from. It holds no secret. */
export type Source =
  /** The program that uses coffer as a library. */
  | { kind: 'caller' }
  | { kind: 'environment' }
  | { kind: 'keys'; profile: string }
  | { kind: 'process'; profile: string }
  | { kind: 'sso'; profile: string }
  | { kind: 'login'; profile: string }
  | { kind: 'role'; profile: string; role: RoleRequest; source: Source }
  | { kind: 'web identity'; profile: string | undefined; role: RoleRequest; tokenFile: string }
  | { kind: 'container'; address: string }
  | { kind: 'instance' };

/** A role to assume. */
export interface RoleRequest {
  arn: string;
  sessionName?: string | undefined;
  externalId?: string | undefined;
  seconds?: number | undefined;
  /** The ARN or serial number of the MFA device whose code it takes. */
  mfaDevice?: string | undefined;
  /** Session tags, which policies can test. */
  tags?: Readonly<Record<string, string>> | undefined;
}

const INSTANCE: Source = { kind: 'instance' };

/**
 * Finds the source of credentials in the order of the AWS CLI. A profile given by `--profile` comes
 * before the environment; one that a variable names comes after it.
 * @throws CofferError `credentials` for settings that cannot work
 */
export function findSource({ environment, config }: Setup): Source {
  const { profileName, namedBy } = config;
  if (namedBy !== undefined) profileNamed(config, profileName, namedBy);
  const variables = namedBy === '--profile' ? {} : environment;
  if (variables['AWS_ACCESS_KEY_ID']) {
    if (variables['AWS_SECRET_ACCESS_KEY']) return { kind: 'environment' };
    throw new CofferError(
      'credentials',
      'AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not',
      { hint: 'set both, or unset both' },
    );
  }
  const { profile } = config;
  if (isRole(profile)) return roleOf(config, profileName, environment, []);
  const tokenFile = variables['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const arn = variables['AWS_ROLE_ARN'];
  if (tokenFile && arn) {
    const role = { arn, sessionName: variables['AWS_ROLE_SESSION_NAME'] };
    return { kind: 'web identity', profile: undefined, role, tokenFile };
  }
  const own = ownSource(profile, profileName);
  if (own) return own;
  return containerSource(environment) ?? INSTANCE;
}

/** The container's service for credentials, if the environment names one. */
function containerSource(environment: Setup['environment']): Source | undefined {
  const path = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const address = path
    ? `http://169.254.170.2${path}`
    : environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (!address) return undefined;
  if (URL.canParse(address)) return { kind: 'container', address };
  throw new CofferError('credentials', 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL', {
    hint: 'it begins with http:// or https://',
  });
}

function isRole({ role_arn, web_identity_token_file }: Section): boolean {
  return role_arn !== undefined && web_identity_token_file === undefined;
}

/** What a profile has itself, in the order of the AWS CLI. */
function ownSource(section: Section, profile: string): Source | undefined {
  const tokenFile = section['web_identity_token_file'];
  const arn = section['role_arn'];
  if (tokenFile && arn) {
    const role = { arn, sessionName: section['role_session_name'] };
    return { kind: 'web identity', profile, role, tokenFile };
  }
  if (section['sso_account_id'] || section['sso_role_name'] || section['sso_start_url']) {
    return { kind: 'sso', profile };
  }
  if (section['aws_access_key_id']) {
    if (section['aws_secret_access_key']) return { kind: 'keys', profile };
    throw new CofferError(
      'credentials',
      `the AWS profile ${profile} has aws_access_key_id, but not aws_secret_access_key`,
      { hint: 'add it, or remove both' },
    );
  }
  if (section['credential_process']) return { kind: 'process', profile };
  if (section['login_session']) return { kind: 'login', profile };
  // The token of a session serves whole accounts, so a profile with one alone lacks the account.
  return section['sso_session'] ? { kind: 'sso', profile } : undefined;
}

function roleOf(
  config: SharedConfig,
  profile: string,
  environment: Setup['environment'],
  visited: readonly string[],
): Source {
  const section = config.profiles.get(profile) ?? {};
  const path = [...visited, profile];
  const role: RoleRequest = {
    arn: section['role_arn'] ?? '',
    sessionName: section['role_session_name'],
    externalId: section['external_id'],
    seconds: Number.parseInt(section['duration_seconds'] ?? '', 10) || undefined,
    mfaDevice: section['mfa_serial'],
  };
  const { source_profile: from, credential_source: named } = section;
  if (from !== undefined && named !== undefined) {
    throw new CofferError(
      'credentials',
      `the AWS profile ${profile} has source_profile and credential_source`,
      { hint: 'remove one of them' },
    );
  }
  if (named !== undefined) {
    return { kind: 'role', profile, role, source: namedSource(named, profile, environment) };
  }
  if (from === undefined) {
    throw new CofferError(
      'credentials',
      `the AWS profile ${profile} has role_arn, but says no credentials to assume the role with`,
      { hint: 'add source_profile or credential_source' },
    );
  }
  const source = profileNamed(config, from, `source_profile of ${profile}`);
  // A profile may be its own source if it has keys.
  const own = isRole(source) && !path.includes(from) ? undefined : ownSource(source, from);
  if (own) return { kind: 'role', profile, role, source: own };
  if (path.includes(from)) {
    throw new CofferError(
      'credentials',
      `the AWS profiles ${[...path, from].join(' → ')} need each other`,
      { hint: 'end the chain of source_profile with one that has credentials' },
    );
  }
  if (!isRole(source)) throw withoutCredentials(from, `source_profile of ${profile} names it`);
  return { kind: 'role', profile, role, source: roleOf(config, from, environment, path) };
}

function withoutCredentials(profile: string, why: string): CofferError {
  return new CofferError('credentials', `the AWS profile ${profile} has no credentials (${why})`, {
    hint: 'add keys, sso_session, credential_process or role_arn to it',
  });
}

function namedSource(named: string, profile: string, environment: Setup['environment']): Source {
  const where = `credential_source of the AWS profile ${profile}`;
  switch (named) {
    case 'Environment':
      if (environment['AWS_ACCESS_KEY_ID'] && environment['AWS_SECRET_ACCESS_KEY']) {
        return { kind: 'environment' };
      }
      throw new CofferError(
        'credentials',
        `${where} is Environment, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set`,
      );
    case 'Ec2InstanceMetadata':
      return INSTANCE;
    case 'EcsContainer': {
      const container = containerSource(environment);
      if (container) return container;
      throw new CofferError(
        'credentials',
        `${where} is EcsContainer, but AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set`,
      );
    }
    default:
      throw new CofferError('credentials', `${where} is ${named}`, {
        hint: 'use Environment, Ec2InstanceMetadata or EcsContainer',
      });
  }
}

/** The source in words: `the profile dev, by SSO`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'caller':
      return 'the program';
    case 'environment':
      return 'AWS_ACCESS_KEY_ID in the environment';
    case 'keys':
      return `the keys of the profile ${source.profile}`;
    case 'process':
      return `credential_process of the profile ${source.profile}`;
    case 'sso':
      return `the SSO session of the profile ${source.profile}`;
    case 'login':
      return `aws login of the profile ${source.profile}`;
    case 'role':
      return `the role of the profile ${source.profile}, assumed with ${describeSource(source.source)}`;
    case 'web identity':
      return source.profile === undefined
        ? 'AWS_WEB_IDENTITY_TOKEN_FILE in the environment'
        : `the web identity of the profile ${source.profile}`;
    case 'container':
      return `the container's credentials at ${new URL(source.address).host}`;
    case 'instance':
      return 'the metadata of this instance';
  }
}

/** How to get new credentials from a source. */
export function renewal(source: Source): string {
  switch (source.kind) {
    case 'caller':
      return 'pass other credentials';
    case 'environment':
      return 'set new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if they are temporary; or unset all three';
    case 'keys':
      return `put new keys into the profile ${source.profile}`;
    case 'process':
      return `check what credential_process of the profile ${source.profile} prints`;
    case 'sso':
      return `sign in: aws sso login --profile ${shellWord(source.profile)}`;
    case 'login':
      return `sign in: aws login --profile ${shellWord(source.profile)}`;
    case 'role':
      return renewal(source.source);
    case 'web identity':
      return `check the token in ${source.tokenFile}, and that the role ${source.role.arn} trusts its issuer`;
    case 'container':
    case 'instance':
      return 'check the role of this machine';
  }
}
