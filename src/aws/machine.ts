import { fromHttp } from '@aws-sdk/credential-provider-http';
import { fromInstanceMetadata } from '@smithy/credential-provider-imds';
import { CofferError } from '../errors.ts';
import { SILENT_LOGGER } from './base-config.ts';
import { NoCredentials, nodeErrorIn } from './errors.ts';
import { NO_SETUP, type Setup } from './setup.ts';
import type { Credentials, Session } from './session.ts';
import type { Source } from './source.ts';

/** The credentials of the container or instance that this runs on. */
export async function fromMachine(
  session: Session,
  source: Source & { kind: 'container' | 'instance' },
): Promise<Credentials> {
  const { setup = NO_SETUP } = session;
  if (source.kind === 'container') return fromContainer(setup, source.address);
  const disabled = setup.environment['AWS_EC2_METADATA_DISABLED'];
  if (disabled && disabled.toLowerCase() !== 'false') {
    throw none(setup, 'AWS_EC2_METADATA_DISABLED turns the metadata of the instance off');
  }
  try {
    const { profileName } = setup.config;
    return await fromInstanceMetadata({ logger: SILENT_LOGGER, profile: profileName })();
  } catch (cause) {
    const status = (cause as { statusCode?: number }).statusCode;
    const why =
      status === undefined
        ? 'the metadata of the instance cannot be reached'
        : status === 404
          ? 'the instance has no role'
          : `the metadata of the instance answers with status ${status}`;
    const code = nodeErrorIn(cause);
    throw none(setup, code === undefined ? why : `${why} (${code})`, cause);
  }
}

async function fromContainer({ environment }: Setup, address: string): Promise<Credentials> {
  try {
    return await fromHttp({
      awsContainerCredentialsFullUri: address,
      awsContainerAuthorizationToken: environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
      awsContainerAuthorizationTokenFile: environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
      logger: SILENT_LOGGER,
    })();
  } catch (cause) {
    const { host } = new URL(address);
    const said = cause instanceof Error ? cause.message : '';
    const status = /status: (\d+)/.exec(said)?.[1];
    const why = said.startsWith('URL not accepted')
      ? 'may not be used: without https it has to be on this machine'
      : status !== undefined
        ? `answers with status ${status}`
        : `does not answer (${nodeErrorIn(cause) ?? 'no credentials in its answer'})`;
    throw new CofferError(
      'credentials',
      `the container's service for credentials at ${host} ${why}`,
      {
        hint: 'check the role of the task or pod, and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI',
        cause,
      },
    );
  }
}

/** Nothing names credentials, and the last resort has none. */
function none({ config }: Setup, why: string, cause?: unknown): CofferError {
  const { profileName, namedBy } = config;
  const where =
    namedBy === undefined
      ? 'the environment and the default profile'
      : `the profile ${profileName}`;
  return new CofferError(
    'credentials',
    `there are no AWS credentials: none in ${where}, and ${why}`,
    {
      hint: 'sign in (aws sso login), set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile',
      cause: new NoCredentials(why, { cause }),
    },
  );
}
