import type { Setup } from './setup.ts';

/** The region for names without a manifest, and what names it. */
export interface HomeRegion {
  region: string;
  from: string;
}

/**
 * The first of: the caller's (`--region`), AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`.
 */
export function findHomeRegion(
  given: string | undefined,
  { environment, config }: Setup,
): HomeRegion | undefined {
  if (given) return { region: given, from: '--region' };
  for (const variable of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const region = environment[variable];
    if (region) return { region, from: variable };
  }
  const { region } = config.profile;
  return region ? { region, from: `the profile ${config.profileName}` } : undefined;
}
