import { CofferError } from '../errors.ts';
import { readNamedFile } from './named-file.ts';
import type { Setup } from './setup.ts';

/**
 * The certificates to trust instead of Node's: those of AWS_CA_BUNDLE, or of `ca_bundle` in the
 * profile, and those of NODE_EXTRA_CA_CERTS. Undefined for Node's own, to which Node itself adds
 * NODE_EXTRA_CA_CERTS.
 * @throws CofferError `usage` if a file has no certificates
 */
export async function trustedCertificates({
  environment,
  config,
}: Setup): Promise<string[] | undefined> {
  const bundle = findBundle({ environment, config });
  if (!bundle) return undefined;
  const extra = environment['NODE_EXTRA_CA_CERTS'];
  const certificates = [await readCertificates(bundle.file, bundle.from)];
  if (extra) certificates.push(await readCertificates(extra, 'NODE_EXTRA_CA_CERTS'));
  return certificates;
}

/** The file of certificates that replace Node's, and what names it. */
export function findBundle({
  environment,
  config,
}: Setup): { file: string; from: string } | undefined {
  const variable = 'AWS_CA_BUNDLE';
  if (environment[variable]) return { file: environment[variable], from: variable };
  const file = config.profile['ca_bundle'];
  return file ? { file, from: `ca_bundle of the profile ${config.profileName}` } : undefined;
}

async function readCertificates(file: string, from: string): Promise<string> {
  const hint = 'name a file of certificates in PEM form';
  const text = await readNamedFile(file, from, { code: 'usage', hint });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CofferError('usage', `${file}, which ${from} names, has no certificates`, { hint });
}
