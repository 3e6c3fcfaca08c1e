import type { Caller } from './account-guard.ts';
import { findCaller } from './caller.ts';
import { credentialsOf, sourceOf } from './credentials.ts';
import { findEndpoint, type EndpointService } from './endpoints.ts';
import { findHomeRegion, type HomeRegion } from './home-region.ts';
import { findProxy, shownProxy } from './proxies.ts';
import { partitionOf } from './regions.ts';
import type { Retrying } from './limits.ts';
import { findRetries } from './retries.ts';
import type { Session } from './session.ts';
import { NO_SETUP } from './setup.ts';
import { describeSource } from './source.ts';
import { findBundle, trustedCertificates } from './trust.ts';

/** How coffer reaches AWS from here, in words without secrets. Each may throw a `CofferError`. */
export interface Surroundings {
  /** Where credentials come from. */
  source: () => string;
  /** Gets the credentials, and returns when they end, if they do. */
  expiration: () => Promise<Date | undefined>;
  /**
   * Asks STS.
   * @param onDate receives how far AWS's clock is ahead of this machine's
   */
  caller: (region: string, onDate: (aheadMs: number) => void) => Promise<Caller>;
  homeRegion: () => HomeRegion | undefined;
  /** The address of a service if it is not AWS's own, and the proxy on the way to it. */
  way: (service: EndpointService, region: string) => Way;
  /** What certificates are trusted. */
  certificates: () => Promise<string>;
  retries: () => Retrying;
}

/** A way to a service, and what names each part of it. */
export interface Way {
  endpoint: string | undefined;
  proxy: string | undefined;
}

export function describe(session: Session): Surroundings {
  const { setup = NO_SETUP } = session;
  return {
    source() {
      const source = describeSource(sourceOf(session));
      return session.role ? `${source}; with them, the role ${session.role}` : source;
    },
    expiration: async () => (await credentialsOf(session)()).expiration,
    caller: (region, onDate) => findCaller(session, region, undefined, onDate),
    homeRegion: () => findHomeRegion(session.region, setup),
    way(service, region) {
      const endpoint = findEndpoint(session, service);
      const url = new URL(endpoint?.url ?? `https://${service}.${region}.${domainOf(region)}`);
      const port = url.port === '' ? undefined : Number(url.port);
      const proxy = findProxy(setup.environment, {
        protocol: url.protocol,
        hostname: url.hostname,
        port,
      });
      return {
        endpoint: endpoint && `${url.protocol}//${url.host} (${endpoint.from})`,
        proxy: proxy && `${shownProxy(proxy)} (${proxy.from})`,
      };
    },
    async certificates() {
      const bundle = findBundle(setup);
      await trustedCertificates(setup);
      const extra = setup.environment['NODE_EXTRA_CA_CERTS'];
      const own = bundle ? `those of ${bundle.file} (${bundle.from})` : "Node's own";
      return extra ? `${own}, and those of ${extra} (NODE_EXTRA_CA_CERTS)` : own;
    },
    retries: () => findRetries(setup),
  };
}

function domainOf(region: string): string {
  return partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
}
