import { CofferError } from '../../errors.ts';
import { isVersion } from '../../formats/coffer-secret-yaml.ts';
import { isMap } from '../../formats/plain-map.ts';
import type { WriteReport } from '../write-report.ts';
import type { Versions } from './versions.ts';
import type { Wanted } from './wanted.ts';

/**
 * The versions in a report of sync or save, for the region of the wanted values. Makes no calls.
 * @throws CofferError `usage` if it is no such report, or lacks one of them
 */
export function versionsIn(text: string, file: string, wanted: readonly Wanted[]): Versions {
  const { regions, finishedAt } = readReport(text, file);
  const region = wanted[0]?.manifest.region;
  const there = regions.find((one) => one.region === region);
  if (!there) {
    throw new CofferError('usage', `${file} reports nothing for ${region}`, {
      hint: `it reports ${regions.map((one) => one.region).join(', ') || 'no region'}`,
    });
  }
  const ssm = new Map<string, { version: number; object: string | undefined }>();
  const secretsmanager = new Map<string, string>();
  for (const [name, version] of Object.entries(there.versions)) {
    if (isVersion(version)) ssm.set(name, { version, object: there.objects[name] });
    else secretsmanager.set(name, version);
  }
  const found = { ssm, secretsmanager };
  const missing = wanted.filter(({ manifest, stored }) => !found[manifest.store].has(stored));
  if (missing.length > 0) {
    const names = [...new Set(missing.map(({ stored }) => stored))].join(', ');
    throw new CofferError('usage', `${file} has no version of ${names}`, {
      hint: 'sync did not finish it, or ran for other manifests: run coffer sync --json again',
    });
  }
  return { ...found, pinnedAt: new Date(finishedAt) };
}

/** What a report says of one region. */
type Reported = Pick<WriteReport['regions'][number], 'region' | 'versions' | 'objects'>;

function readReport(text: string, file: string): { finishedAt: string; regions: Reported[] } {
  const report = parse(text);
  if (isMap(report) && 'counts' in report) {
    throw new CofferError('usage', `${file} is the plan of a dry run, which has no versions`, {
      hint: 'run coffer sync --json without --dry-run',
    });
  }
  if (
    isMap(report) &&
    typeof report['finishedAt'] === 'string' &&
    Array.isArray(report['regions'])
  ) {
    const { finishedAt } = report;
    const regions: unknown[] = report['regions'];
    if (!Number.isNaN(Date.parse(finishedAt)) && regions.every(isReported)) {
      return { finishedAt, regions };
    }
  }
  throw new CofferError('usage', `${file} is not a report of coffer sync`, {
    hint: 'write one: coffer sync app.yml --yes --json > sync.json',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isReported(value: unknown): value is Reported {
  return (
    isMap(value) &&
    typeof value['region'] === 'string' &&
    isMap(value['versions']) &&
    Object.values(value['versions']).every((one) => isVersion(one) || typeof one === 'string') &&
    isMap(value['objects']) &&
    Object.values(value['objects']).every((one) => typeof one === 'string')
  );
}
