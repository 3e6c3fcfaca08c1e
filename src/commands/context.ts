import type { KmsService } from '../aws/kms.ts';
import type { ObjectStore } from '../aws/objects.ts';
import type { ParameterStore } from '../aws/parameters.ts';
import type { Session } from '../aws/session.ts';
import type { FileKeyChoice } from '../seal/file-key.ts';
import type { Flags } from './flags.ts';
import type { Terminal } from './terminal.ts';

export const EXIT = { ok: 0, failure: 1, usage: 2, different: 3, partial: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command is given. */
export interface Context {
  args: readonly string[];
  /** What stands after `--`. */
  rest: readonly string[];
  flags: Flags;
  terminal: Terminal;
  aws: Aws;
  /** Whether to answer in JSON. */
  json: boolean;
  /** `--region`; a manifest names its own otherwise. */
  region: Region;
  fileKey: Omit<FileKeyChoice, 'create'>;
}

/** The exit status; `sandbox` gives back that of the command it ran. */
export type Run = (context: Context) => Promise<number>;

/** Without one, the region of the environment or the profile. */
type Region = string | undefined;

/** AWS, by service and region; a service's client is loaded when it is first asked for. */
export interface Aws {
  session: Session;
  kms: (region: Region) => Promise<KmsService>;
  parameters: (region: Region) => Promise<ParameterStore>;
  objects: (region: Region) => Promise<ObjectStore>;
}

export function createAws(session: Session): Aws {
  return {
    session,
    kms: perRegion(async (region) => (await import('../aws/kms.ts')).createKms(session, region)),
    parameters: perRegion(async (region) =>
      (await import('../aws/parameters.ts')).createParameterStore(session, region),
    ),
    objects: perRegion(async (region) =>
      (await import('../aws/objects.ts')).createObjectStore(session, region),
    ),
  };
}

function perRegion<T>(create: (region: Region) => Promise<T>): (region: Region) => Promise<T> {
  const made = new Map<Region, Promise<T>>();
  return (region) => {
    let service = made.get(region);
    if (!service) {
      service = create(region);
      made.set(region, service);
    }
    return service;
  };
}
