import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { CofferError } from '../../errors.ts';
import { readBytes } from '../../files/read.ts';
import { SizeLimit } from '../../sizes.ts';

/** How to reach an API server. */
export interface KubeConfig {
  server: string;
  /** Certificates of the CAs to trust, as PEM. */
  ca?: Buffer | undefined;
  /** The client's own, as PEM. */
  cert?: Buffer | undefined;
  key?: Buffer | undefined;
  isInsecure?: boolean | undefined;
  /** The bearer token; a file is read again, because the kubelet replaces its content. */
  token?: string | { file: string } | undefined;
  /** The namespace of the caller. */
  namespace: string;
}

/** Certificates, keys and kubeconfigs are far smaller. */
const LIMIT = new SizeLimit(8 * 1024 * 1024, { code: 'usage', hint: 'is it the right file?' });

/** Where the kubelet puts the ServiceAccount of a pod. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Reads a kubeconfig if one is named (a flag, KUBECONFIG), else the ServiceAccount of this pod.
 * @throws CofferError `usage`
 */
export async function findKubeConfig(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  accountFolder = ACCOUNT_FOLDER,
): Promise<KubeConfig> {
  const file = named ?? environment['KUBECONFIG'];
  if (file) return readKubeConfig(file);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (!host) {
    throw new CofferError('usage', 'this is not a pod, and no kubeconfig is named', {
      hint: 'add --kubeconfig FILE, or set KUBECONFIG',
    });
  }
  const read = (name: string) => readNamed(`${accountFolder}/${name}`);
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: await read('ca.crt'),
    token: { file: `${accountFolder}/token` },
    namespace: (await read('namespace')).toString('utf8').trim(),
  };
}

interface Document {
  'current-context'?: string;
  contexts?: Named<'context', { cluster?: string; user?: string; namespace?: string }>[];
  clusters?: Named<'cluster', Cluster>[];
  users?: Named<'user', User>[];
}

type Named<Key extends string, Value> = { name?: string } & Partial<Record<Key, Value>>;

interface Cluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
}

interface User {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
}

async function readKubeConfig(file: string): Promise<KubeConfig> {
  const document = parseDocument(file, await readNamed(file));
  const entry = <Key extends string, Value>(
    list: Named<Key, Value>[] | undefined,
    key: Key,
    name: string | undefined,
  ): Value => {
    const found = (Array.isArray(list) ? list : []).find((one) => one.name === name)?.[key];
    if (name !== undefined && found !== undefined) return found;
    throw unusable(file, `it has no ${key} ${name ?? 'that current-context names'}`);
  };
  const context = entry(document.contexts, 'context', document['current-context']);
  const cluster = entry(document.clusters, 'cluster', context.cluster);
  const user = entry(document.users, 'user', context.user);
  // Paths are relative to the kubeconfig.
  const at = (path: string) => resolve(dirname(file), path);
  const bytes = async (data: string | undefined, path: string | undefined) => {
    if (data !== undefined) return Buffer.from(data, 'base64');
    return path === undefined ? undefined : readNamed(at(path));
  };
  if (!cluster.server || !URL.canParse(cluster.server)) throw unusable(file, 'it names no server');
  const config: KubeConfig = {
    server: cluster.server,
    ca: await bytes(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: await bytes(user['client-certificate-data'], user['client-certificate']),
    key: await bytes(user['client-key-data'], user['client-key']),
    isInsecure: cluster['insecure-skip-tls-verify'],
    token: user.tokenFile === undefined ? user.token : { file: at(user.tokenFile) },
    namespace: context.namespace ?? 'default',
  };
  if (config.token !== undefined || config.cert !== undefined) return config;
  throw unusable(file, `its user ${context.user} has neither a token nor a client certificate`);
}

function parseDocument(file: string, bytes: Buffer): Document {
  let document: unknown;
  try {
    document = parse(bytes.toString('utf8'), { logLevel: 'error' });
  } catch {
    // The parser quotes the file, which may hold a token.
    throw unusable(file, 'it is not YAML');
  }
  if (typeof document === 'object' && document !== null) return document;
  throw unusable(file, 'it is not a kubeconfig');
}

function readNamed(file: string): Promise<Buffer> {
  return readBytes(file, LIMIT);
}

function unusable(file: string, why: string): CofferError {
  return new CofferError('usage', `cannot use the kubeconfig ${file}: ${why}`, {
    hint: 'the controller takes tokens and client certificates, but runs no exec plugins',
  });
}
