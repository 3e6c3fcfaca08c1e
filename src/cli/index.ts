import { MANIFEST_COMMANDS } from './specs/manifest.ts';
import { AWS_COMMANDS } from './specs/aws.ts';
import { DATA_COMMANDS } from './specs/data.ts';
import { USE_COMMANDS } from './specs/use.ts';
import { KUBERNETES_COMMANDS } from './specs/kubernetes.ts';
import { GIT_COMMANDS } from './specs/git.ts';
import { RIGHTS_COMMANDS } from './specs/rights.ts';
import { TOOL_COMMANDS } from './specs/tools.ts';
import type { CommandGroup, CommandSpec } from './specs/spec.ts';

/** In the order of the help text. */
export const GROUPS: readonly CommandGroup[] = [
  MANIFEST_COMMANDS,
  AWS_COMMANDS,
  DATA_COMMANDS,
  USE_COMMANDS,
  KUBERNETES_COMMANDS,
  GIT_COMMANDS,
  RIGHTS_COMMANDS,
  TOOL_COMMANDS,
];

export const COMMANDS: readonly CommandSpec[] = GROUPS.flatMap(({ commands }) => commands);

/** Finds a command by its name or an alias. */
export function findCommand(word: string | undefined): CommandSpec | undefined {
  return COMMANDS.find(
    ({ name, aliases }) => name === word || aliases?.some((one) => one === word),
  );
}
