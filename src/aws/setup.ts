import type { Environment } from './environment.ts';
import { loadSharedConfig, NO_CONFIG, type SharedConfig } from './shared-config.ts';

/** What the environment and the shared configuration files say; read once for each session. */
export interface Setup {
  environment: Environment;
  config: SharedConfig;
}

/** Says nothing: for clients of a caller that reads neither. */
export const NO_SETUP: Setup = { environment: {}, config: NO_CONFIG };

export async function readSetup(
  environment: Environment,
  profile: string | undefined,
): Promise<Setup> {
  return { environment, config: await loadSharedConfig(environment, profile) };
}
