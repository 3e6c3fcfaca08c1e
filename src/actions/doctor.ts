import { CofferError } from '../errors.ts';
import { eachOnce } from '../files/once.ts';
import type { Manifest } from '../manifest/model.ts';
import { cloneChecks } from './doctor/clone.ts';
import { fail, ok, runChecks, type Check, type Finding, type Result } from './doctor/finding.ts';
import { identify, machineChecks } from './doctor/machine.ts';
import { manifestChecks } from './doctor/manifest.ts';
import { readOneManifest } from './manifests.ts';
import type { Tools } from './tools.ts';

export type { Finding } from './doctor/finding.ts';

export interface DoctorOptions {
  /** The versions of coffer and Node, for the report. */
  version?: string | undefined;
  /** A folder of the clone to look at. */
  folder?: string | undefined;
  /** The script of the coffer that git is to run, if no other is found before. */
  program?: string | undefined;
  /** The limit of each check. */
  limitMs?: number | undefined;
}

export interface DoctorReport {
  findings: Finding[];
}

/** Where to ask who calls, if nothing names a region. */
const ANY_REGION = 'us-east-1';

/**
 * Checks what coffer needs: this machine, its credentials, and what manifests name. It writes
 * nothing, and reports what is wrong instead of failing.
 */
export async function doctor(
  tools: Tools,
  files: readonly string[] = [],
  { version, folder, program, limitMs }: DoctorOptions = {},
): Promise<DoctorReport> {
  const around = await tools.aws.surroundings();
  const { manifests, broken } = await readEach(tools, files);
  const regions = [...new Set(manifests.flatMap((manifest) => manifest.regions))];
  const home = regions.length > 0 ? regions : [tools.homeRegion ?? ANY_REGION];
  const identity = identify(around, home[0] ?? ANY_REGION);
  const checks: Check[] = [
    ...(version === undefined ? [] : [{ topic: 'version', run: () => ok(version) }]),
    ...machineChecks(around, identity, { regions: home, manifests }),
    ...(folder === undefined ? [] : cloneChecks(folder, files, program)),
    ...broken,
    ...manifests.flatMap((manifest) => manifestChecks(tools, identity, manifest)),
  ];
  return { findings: await runChecks(checks, limitMs) };
}

/** A broken manifest does not keep the others from being checked. */
async function readEach(
  tools: Tools,
  files: readonly string[],
): Promise<{ manifests: Manifest[]; broken: Check[] }> {
  const manifests: Manifest[] = [];
  const broken: Check[] = [];
  for (const file of await eachOnce(files)) {
    try {
      manifests.push(await readOneManifest(tools, file));
    } catch (error) {
      if (!(error instanceof CofferError)) throw error;
      broken.push({ topic: 'manifest', file, run: () => describeBroken(error) });
    }
  }
  return { manifests, broken };
}

function describeBroken({ message, hint, place, problems }: CofferError): Result {
  if (problems.length > 1) return fail(message, 'coffer check lists them');
  return fail(place ? `line ${place.line}: ${message}` : message, hint);
}
