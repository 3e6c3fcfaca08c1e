import type { CommandGroup } from './spec.ts';

export const TOOL_COMMANDS: CommandGroup = {
  title: 'Without AWS',
  commands: [
    {
      name: 'sandbox',
      args: '[-- command...]',
      summary: 'Run a stand-in for AWS, or a command against it',
      description: `
        Serves KMS, SSM, Secrets Manager, S3 and STS on 127.0.0.1: real encryption, real limits, no
        account. Without a command it prints the variables that other programs need to find it, and
        runs until Ctrl-C. With a command it runs that with the variables set, unsets everything
        that leads to the real AWS, and exits with the command's exit code.`,
      flags: [
        ['--port <port>', 'Port to listen on (default: any free port)'],
        ['--folder <dir>', 'Folder for its state (default: in memory)'],
        ['--bucket <bucket>', 'Create this bucket first; repeatable'],
        ['--key <alias>', 'Create this KMS key first, such as alias/app; repeatable'],
        ['--policy <key=file>', 'IAM policy of an access key, such as AKIACI=ci.json'],
        ['--account <key=account>', 'Account of an access key, such as AKIACI=444455556666'],
      ],
      examples: [
        [
          'sandbox --key alias/superman --bucket superman-secrets -- bash',
          'a shell to try coffer in',
        ],
        ['sandbox --bucket my-bucket -- make test', 'tests that need AWS'],
        ['sandbox --port 4599 --folder .sandbox', 'a permanent one, with its state in a folder'],
      ],
      noJson: 'standard output is for a shell or belongs to the command',
      load: () => import('../commands/sandbox.ts'),
    },
    {
      name: 'cache',
      args: '<warm|clear>',
      summary: 'Compile commands now, or remove the compiled code',
      description: `
        coffer keeps compiled code of each command that has run. warm runs the commands that scripts
        use most, in a temporary folder and against its own stand-in for AWS, so that the code is
        there before it is needed. A user's code is used only where coffer wrote it, not in a copy;
        in an image, run warm --shared as the user who installed coffer. clear removes the code.
        COFFER_CACHE=off turns the cache off.`,
      flags: [['--shared', 'Code for all users, beside coffer itself']],
      examples: [['cache warm --shared', 'in the Dockerfile of an image, before USER']],
      noJson: 'it prints nothing',
      load: () => import('../commands/cache.ts'),
    },
    {
      name: 'completion',
      args: '<bash|zsh|fish>',
      summary: 'Print a completion script for a shell',
      description: `
        Completes commands, flags, their values, manifests and names of parameters. The script asks
        coffer for them, so it stays right after an update; it reads manifests without decrypting
        them and makes no AWS calls.`,
      flags: [],
      examples: [
        ['completion bash >> ~/.bashrc', 'for every bash from now on'],
        ['completion zsh > ~/.zfunc/_coffer', 'if ~/.zfunc is in $fpath before compinit'],
        ['completion fish > ~/.config/fish/completions/coffer.fish', 'for every fish'],
      ],
      noJson: 'standard output is the script',
      load: () => import('../commands/completion.ts'),
    },
    {
      name: 'schema',
      args: '',
      summary: 'Print the JSON schema of manifests, for editors',
      description: `
        Prints what coffer init writes as coffer.schema.json. Editors that speak YAML find it by the
        first line of a manifest: # yaml-language-server: $schema=./coffer.schema.json. Run it again
        after an update of coffer.`,
      flags: [],
      examples: [['schema > coffer.schema.json', 'brings the copy in a repository up to date']],
      noJson: 'standard output is the schema, which is JSON',
      load: () => import('../commands/schema.ts'),
    },
  ],
};
