import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import { findEndpoint, type EndpointService } from './endpoints.ts';
import { findHomeRegion } from './home-region.ts';
import { LIMITS } from './limits.ts';
import { createRetries, findRetries } from './retries.ts';
import type { Session } from './session.ts';
import { NO_SETUP, type Setup } from './setup.ts';
import { profileNamed } from './shared-config.ts';
import { PatientHandler } from './waiting.ts';

/** The SDK prints its warnings to stderr if a client has no logger: they are not for users. */
export const SILENT_LOGGER = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** The common configuration of clients, without credentials. */
export function baseConfig(
  session: Session,
  service: EndpointService,
  region: string | undefined,
): KMSClientConfig & SSMClientConfig & S3ClientConfig {
  const { setup = NO_SETUP } = session;
  const { namedBy, profileName } = setup.config;
  // Without it, neither its region nor its endpoint counts: calls would go elsewhere.
  if (namedBy && !session.credentials) profileNamed(setup.config, profileName, namedBy);
  const endpoint = findEndpoint(session, service);
  const retries = findRetries(setup);
  const known = region || findHomeRegion(session.region, setup)?.region;
  return {
    // Without one the SDK asks the instance that this runs on.
    ...(known ? { region: known } : {}),
    ...(namedBy && { profile: profileName }),
    ...(endpoint && { endpoint: endpoint.url }),
    // Buckets of another address than AWS's have no names of their own there.
    ...(endpoint && service === 's3' && { forcePathStyle: true }),
    // The SDK would not look into the right profile.
    ignoreConfiguredEndpointUrls: true,
    useFipsEndpoint: isOn(setup, 'use_fips_endpoint'),
    useDualstackEndpoint: isOn(setup, 'use_dualstack_endpoint'),
    // What is not given here, the SDK looks for in the files, for each client anew.
    maxAttempts: retries.attempts,
    retryMode: retries.mode,
    disableClockSkewCorrection: isOn(setup, 'disable_clock_skew_correction'),
    authSchemePreference: listOf(settingOf(setup, 'auth_scheme_preference')),
    userAgentAppId: () => Promise.resolve(settingOf(setup, 'sdk_ua_app_id')),
    retryStrategy: createRetries(retries),
    cacheMiddleware: true,
    logger: SILENT_LOGGER,
    requestHandler: new PatientHandler(session.limits ?? LIMITS, session.interruption, setup),
  };
}

/** A setting that is AWS_USE_… in the environment, and has the same name in a profile. */
function settingOf({ environment, config }: Setup, name: string): string | undefined {
  return environment[`AWS_${name.toUpperCase()}`] || config.profile[name];
}

function isOn(setup: Setup, name: string): boolean {
  return settingOf(setup, name)?.toLowerCase() === 'true';
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}
