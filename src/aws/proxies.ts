import { BlockList, isIP } from 'node:net';
import { CofferError } from '../errors.ts';
import type { Environment } from './environment.ts';

/** The target of a request. */
interface Target {
  protocol: string;
  /** Without the brackets of an IPv6 address. */
  hostname: string;
  port?: number | undefined;
}

/** A proxy, and the variable that names it. */
export interface Proxy {
  /** With its password, if it has one: see `shownProxy`. */
  url: URL;
  from: string;
}

/**
 * The proxy for a request: https_proxy or HTTPS_PROXY for https, http_proxy or HTTP_PROXY for http,
 * unless no_proxy or NO_PROXY lists the host. As in the AWS CLI, the name in lower case counts first,
 * even if it is empty. This machine and the metadata services of AWS never have one.
 * @throws CofferError `usage` if the variable is not the URL of a proxy for HTTP
 */
export function findProxy(environment: Environment, target: Target): Proxy | undefined {
  const variable = `${target.protocol.replace(':', '')}_proxy`;
  const from = [variable, variable.toUpperCase()].find((name) => environment[name] !== undefined);
  const text = from && environment[from]?.trim();
  if (!from || !text) return undefined;
  const host = target.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (isNear(host)) return undefined;
  const exceptions = environment['no_proxy'] ?? environment['NO_PROXY'] ?? '';
  const port = target.port ?? (target.protocol === 'https:' ? 443 : 80);
  return isExcepted(exceptions, host, port) ? undefined : { url: parse(from, text), from };
}

/** Without user and password. */
export function shownProxy({ url }: Proxy): string {
  return `${url.protocol}//${url.host}`;
}

function parse(from: string, text: string): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return url;
  const why = url ? `has the scheme ${url.protocol}//` : 'is not a URL';
  // The value may hold a password.
  throw new CofferError('usage', `coffer cannot use the proxy of ${from}: it ${why}`, {
    hint: 'give a proxy for HTTP, such as http://proxy.example.com:3128',
  });
}

function isNear(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || contains(nearAddresses(), host);
}

/** Loopback, and the link-local addresses where AWS serves metadata and credentials. */
function nearAddresses(): BlockList {
  const near = new BlockList();
  near.addSubnet('127.0.0.0', 8);
  near.addAddress('0.0.0.0');
  near.addSubnet('169.254.0.0', 16);
  near.addAddress('::', 'ipv6');
  near.addAddress('::1', 'ipv6');
  near.addSubnet('fe80::', 10, 'ipv6');
  near.addSubnet('fd00:ec2::', 32, 'ipv6');
  return near;
}

function contains(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Entries are separated by commas or blanks: `*`, domains, addresses, ranges; each with a port. */
function isExcepted(exceptions: string, host: string, port: number): boolean {
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matchesEntry(entry, host, port));
}

function matchesEntry(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, base = '', bits] = /^\[?([^\]/]+)\]?\/(\d+)$/.exec(entry) ?? [];
  if (bits !== undefined) return isInRange(base, Number(bits), host);
  const [, bracketed, plain, wantedPort] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && Number(wantedPort) !== port) return false;
  // An IPv6 address without brackets has colons, so it matches none of these.
  const name = (bracketed ?? plain ?? entry).replace(/\.$/, '');
  const version = isIP(name);
  if (version !== 0) return isInRange(name, version === 6 ? 128 : 32, host);
  const domain = name.replace(/^\*?\.?/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isInRange(base: string, bits: number, host: string): boolean {
  const version = isIP(base);
  if (version === 0 || bits > (version === 6 ? 128 : 32)) return false;
  const range = new BlockList();
  range.addSubnet(base, bits, version === 6 ? 'ipv6' : 'ipv4');
  return contains(range, host);
}
