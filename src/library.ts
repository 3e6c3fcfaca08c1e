import { tmpdir } from 'node:os';
import type { Tools } from './actions/tools.ts';
import { createAws } from './aws/index.ts';
import { closeClients, type Session } from './aws/session.ts';
import { SILENT_HOST, type Host } from './host.ts';
import { createStores } from './stores/index.ts';

/** How to reach AWS, and to whom to speak; without any of it, as the AWS SDK does by itself. */
export interface CofferOptions extends Pick<
  Session,
  'profile' | 'credentials' | 'endpoint' | 'clients'
> {
  /** Where to look for what no manifest names; without it, the environment's or the profile's. */
  region?: string | undefined;
  /** Which key seals manifests that name none yet; `alias/coffer` unless it says otherwise. */
  fileKey?: { alias?: string | undefined; region?: string | undefined } | undefined;
  /** To whom actions speak, and whom they ask. Without one they say nothing and need `yes: true`. */
  host?: Partial<Host> | undefined;
  /** Maximum concurrent calls, for each service: 8 unless it says otherwise. */
  concurrency?: number | undefined;
  /** Once aborted, no further work begins, and no call is waited for much longer. */
  signal?: AbortSignal | undefined;
  /** Where the ciphertext of large objects waits until it is verified. */
  spoolFolder?: string | undefined;
}

/** The verbs, each loaded when it is first called. */
const VERBS = {
  /** Seals the plaintext secrets of manifests in place. */
  encrypt: async () => (await import('./actions/encrypt.ts')).encrypt,
  /** A manifest's text in plaintext; the file stays as it is. */
  decrypt: async () => (await import('./actions/decrypt.ts')).decrypt,
  /** The values of a manifest, by name. */
  open: async () => (await import('./actions/secrets.ts')).open,
  /** Hands a manifest out in plaintext, and seals what came back changed. */
  edit: async () => (await import('./actions/edit.ts')).edit,
  /** Puts one value into a manifest. */
  set: async () => (await import('./actions/set.ts')).set,
  /** Removes parameters from a manifest. */
  unset: async () => (await import('./actions/unset.ts')).unset,
  /** Makes new random values for parameters with `generate:`. */
  rotate: async () => (await import('./actions/rotate.ts')).rotate,
  /** Brings manifests under the file key's current KMS key. */
  refresh: async () => (await import('./actions/refresh.ts')).refresh,
  /** Finds what is wrong with manifests, without AWS. */
  check: async () => (await import('./actions/check.ts')).reportCheck,
  /** How AWS differs from manifests. */
  diff: async () => (await import('./actions/diff.ts')).reportDiff,
  /** Brings AWS in line with manifests: writes only what differs. */
  sync: async () => (await import('./actions/sync.ts')).sync,
  /** Writes everything that manifests hold, without reading AWS first. */
  save: async () => (await import('./actions/save.ts')).save,
  /** Deletes the parameters of manifests from AWS. */
  nuke: async () => (await import('./actions/nuke.ts')).nuke,
  /** Deletes objects that no parameter points to. */
  gc: async () => (await import('./actions/gc.ts')).gc,
  /** What SSM holds under paths, without values. */
  list: async () => (await import('./actions/list.ts')).list,
  /** The versions of a parameter. */
  history: async () => (await import('./actions/history.ts')).history,
  /** The value of a parameter, or of the object that it points to, up to 64 MiB. */
  get: async () => (await import('./actions/get.ts')).get,
  /** Streams data of any size into S3, and points a parameter to it. */
  put: async () => (await import('./actions/put.ts')).put,
  /** The values of manifests in one of several formats, such as for a shell or Kubernetes. */
  export: async () => (await import('./actions/export.ts')).exportSecrets,
  /** Makes a manifest of what SSM holds under a path. */
  import: async () => (await import('./actions/import.ts')).importPath,
  /** The least IAM policy for those who work with manifests. */
  policy: async () => (await import('./actions/policy.ts')).policy,
  /** Makes the keys and the bucket that manifests need. */
  bootstrap: async () => (await import('./actions/bootstrap.ts')).bootstrap,
};

type Bound<Load> = Load extends () => Promise<
  (tools: Tools, ...args: infer Args) => infer Result | Promise<infer Result>
>
  ? (...args: Args) => Promise<Awaited<Result>>
  : never;

type Verbs = { [Verb in keyof typeof VERBS]: Bound<(typeof VERBS)[Verb]> };

/** What coffer can do, with the clients and the host that it was made with. */
export interface Coffer extends Verbs {
  /** Closes the connections to AWS; not those of clients that it was given. */
  close: () => void;
}

/** Makes its clients once, when they are first needed: make one coffer, and close it at the end. */
export function createCoffer(options: CofferOptions = {}): Coffer {
  const { profile, credentials, endpoint, clients, concurrency = 8, signal, fileKey } = options;
  const session: Session = {
    profile,
    credentials,
    endpoint,
    clients,
    concurrency,
    interruption: signal,
    opened: new Set(),
  };
  const tools: Tools = {
    aws: createAws(session),
    stores: createStores(session),
    host: { ...SILENT_HOST, onStop: () => signal, ...options.host },
    region: undefined,
    homeRegion: options.region,
    fileKey: { alias: fileKey?.alias ?? 'alias/coffer', region: fileKey?.region },
    concurrency,
    spoolFolder: options.spoolFolder ?? tmpdir(),
  };
  const bind = (load: () => Promise<(tools: Tools, ...args: never[]) => unknown>) => {
    return async (...args: never[]) => (await load())(tools, ...args);
  };
  const verbs = Object.entries(VERBS).map(([verb, load]) => [verb, bind(load)] as const);
  return { ...(Object.fromEntries(verbs) as unknown as Verbs), close: () => closeClients(session) };
}
