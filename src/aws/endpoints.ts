import { CofferError } from '../errors.ts';
import type { Setup } from './setup.ts';

/** The services that coffer may call. */
export type EndpointService = 'kms' | 'ssm' | 's3' | 'sts' | 'secretsmanager';

/** The names of services in variables and in the configuration files. */
const IDS: Readonly<Record<EndpointService, string>> = {
  kms: 'kms',
  ssm: 'ssm',
  s3: 's3',
  sts: 'sts',
  secretsmanager: 'secrets_manager',
};

/** An address to call instead of AWS, and what names it. */
export interface Endpoint {
  url: string;
  from: string;
}

/**
 * The first of: the caller's, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the service's
 * `endpoint_url` in the `services` section of the profile, the profile's `endpoint_url`. Undefined
 * for AWS's own.
 * @throws CofferError `usage` if it is not a URL
 */
export function findEndpoint(
  { endpoint, setup }: { endpoint?: string | undefined; setup?: Setup | undefined },
  service: EndpointService,
): Endpoint | undefined {
  const found = endpoint ? { url: endpoint, from: '--endpoint-url' } : configured(setup, service);
  if (found && !(/^https?:\/\/[^/]/.test(found.url) && URL.canParse(found.url))) {
    throw new CofferError('usage', `${found.from} is not a URL: ${found.url}`, {
      hint: 'it begins with http:// or https://',
    });
  }
  return found;
}

function configured(setup: Setup | undefined, service: EndpointService): Endpoint | undefined {
  if (!setup) return undefined;
  const { environment, config } = setup;
  const { profile, profileName } = config;
  const ignored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'];
  if ((ignored || profile['ignore_configured_endpoint_urls'])?.toLowerCase() === 'true') {
    return undefined;
  }
  for (const variable of [`AWS_ENDPOINT_URL_${IDS[service].toUpperCase()}`, 'AWS_ENDPOINT_URL']) {
    const url = environment[variable];
    if (url) return { url, from: variable };
  }
  const where = `of the profile ${profileName}`;
  const services = profile['services'];
  if (services !== undefined) {
    const section = config.sections.get(`services.${services}`);
    if (!section) {
      throw new CofferError('usage', `the services section ${services} ${where} does not exist`, {
        hint: `add [services ${services}] to ${config.files.config}`,
      });
    }
    const url = section[`${IDS[service]}.endpoint_url`];
    if (url) return { url, from: `the services section ${services} ${where}` };
  }
  const url = profile['endpoint_url'];
  return url ? { url, from: `endpoint_url ${where}` } : undefined;
}
