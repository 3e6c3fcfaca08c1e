import type { CommandGroup } from './spec.ts';

export const USE_COMMANDS: CommandGroup = {
  title: 'Secrets at work',
  commands: [
    {
      name: 'export',
      args: '<...manifests>',
      summary: 'Print every value as shell lines, or as a Kubernetes Secret',
      flags: [
        ['--format <format>', 'shell (default) or k8s'],
        ['--from <source>', 'manifest (default), or aws: what is there now, by manifest or path'],
        ['--only <name>', 'This one alone, with --from aws also NAME@VERSION; may be repeated'],
        ['--files <dir>', 'Write binary and very long values to files here; export their paths'],
        ['--out-dir <dir>', 'Write every value to a file of its own here, and print nothing'],
        ['--name <name>', 'Name of the Kubernetes Secret'],
        ['--namespace <namespace>', 'Its namespace'],
      ],
      examples: [
        'export app.yml > env.sh',
        'export app.yml --files /run/secrets',
        'export /apps/superman/ --from aws --out-dir dump',
        'export app.yml --from aws --only api_token@3 --format k8s --name app',
      ],
      load: () => import('../export.ts'),
    },
  ],
};
