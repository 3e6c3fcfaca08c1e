import type { CommandGroup } from './spec.ts';

export const RIGHTS_COMMANDS: CommandGroup = {
  title: 'Rights and resources',
  commands: [],
};
