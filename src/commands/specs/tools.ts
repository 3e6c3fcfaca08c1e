import type { CommandGroup } from './spec.ts';

export const TOOL_COMMANDS: CommandGroup = {
  title: 'Without AWS',
  commands: [
    {
      name: 'sandbox',
      args: '',
      summary: 'Run a stand-in for KMS, SSM and S3, or a command against one',
      flags: [
        ['--port <port>', 'Listen here (default: any free port)'],
        ['--folder <dir>', 'Keep its state here (default: in memory)'],
        ['--bucket <name>', 'Create this bucket first; may be repeated'],
        ['--key <alias>', 'Create this KMS key first, such as alias/app; may be repeated'],
      ],
      examples: [
        'sandbox --port 4599 --folder .sandbox',
        'sandbox --bucket my-bucket -- make test',
      ],
      load: () => import('../sandbox.ts'),
    },
  ],
};
