import type { CommandGroup } from './spec.ts';

export const TOOL_COMMANDS: CommandGroup = {
  title: 'Without AWS',
  commands: [
    {
      name: 'sandbox',
      args: '[-- command...]',
      summary: 'Run a stand-in for KMS, SSM and S3, or a command against one',
      description: `
        Serves KMS, SSM and S3 on 127.0.0.1: real encryption, real limits, no account. Alone it
        prints the lines by which other programs find it, and runs until Ctrl-C. With a command it
        runs that, with the variables set and nothing that leads to the real AWS, and exits as the
        command does.`,
      flags: [
        ['--port <port>', 'Listen here (default: any free port)'],
        ['--folder <dir>', 'Keep its state here (default: in memory)'],
        ['--bucket <bucket>', 'Create this bucket first; may be repeated'],
        ['--key <alias>', 'Create this KMS key first, such as alias/app; may be repeated'],
        ['--policy <key=file>', 'IAM policy of this access key, such as AKIACI=ci.json'],
      ],
      examples: [
        [
          'sandbox --key alias/superman --bucket superman-secrets -- bash',
          'a shell to try coffer in',
        ],
        ['sandbox --bucket my-bucket -- make test', 'tests that need an AWS'],
        [
          'sandbox --port 4599 --folder .sandbox',
          'one that stays, with its state kept in a folder',
        ],
      ],
      noJson: 'standard output is for a shell, or that of the command',
      load: () => import('../commands/sandbox.ts'),
    },
    {
      name: 'completion',
      args: '<bash|zsh|fish>',
      summary: 'Print a script by which a shell completes coffer',
      description: `
        Completes commands, flags, the values they take, manifests, and names of parameters. The
        script asks coffer for them, so it stays right when coffer is updated; it reads manifests
        as they are, without AWS, and never a value.`,
      flags: [],
      examples: [
        ['completion bash >> ~/.bashrc', 'for every bash from now on'],
        ['completion zsh > ~/.zfunc/_coffer', 'where ~/.zfunc is in $fpath, before compinit'],
        ['completion fish > ~/.config/fish/completions/coffer.fish', 'for every fish'],
      ],
      noJson: 'standard output is the script',
      load: () => import('../commands/completion.ts'),
    },
  ],
};
