import type { CommandGroup } from './spec.ts';

export const GIT_COMMANDS: CommandGroup = {
  title: 'In a git repository',
  commands: [],
};
