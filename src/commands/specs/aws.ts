import { NO_CREATE_KEY } from './flags.ts';
import type { CommandGroup } from './spec.ts';

const YES = ['--yes', 'Go ahead without being asked'] as const;
const ONLY = ['--only <name>', 'This parameter alone; may be repeated'] as const;
const PRUNE_TAGS = ['--prune-tags', 'Tags that no manifest names are to go'] as const;
const ALLOW_PLAINTEXT = [
  '--allow-plaintext',
  'Take plaintext secrets, for files never committed',
] as const;

export const AWS_COMMANDS: CommandGroup = {
  title: 'Secrets in AWS',
  commands: [
    {
      name: 'diff',
      args: '<...manifests>',
      summary: 'Show how AWS differs from manifests, secrets masked',
      flags: [
        ['--format <format>', 'text, json or markdown (for a pull request)'],
        ['--exit-code', 'Exit with 3 when there is a difference'],
        ['--reveal', 'Show the secrets'],
        ONLY,
        PRUNE_TAGS,
        ALLOW_PLAINTEXT,
      ],
      examples: [
        'diff app.yml',
        'diff *.yml --exit-code',
        'diff app.yml --format markdown',
        'diff /apps/superman/api_token@3 /apps/superman/api_token@5',
      ],
      load: () => import('../diff.ts'),
    },
    {
      name: 'sync',
      args: '<...manifests>',
      summary: 'Bring AWS in step with manifests: write just what differs',
      flags: [
        YES,
        ['--dry-run', 'Show the plan and stop'],
        ONLY,
        ['--prune', 'Delete what is under the path and in no manifest'],
        PRUNE_TAGS,
        ['--replace', 'With --yes: create anew what cannot be changed in place'],
        ['--reveal', 'Show the secrets'],
        ALLOW_PLAINTEXT,
      ],
      examples: ['sync app.yml', 'sync *.yml --yes', 'sync app.yml --only api_token --dry-run'],
      load: () => import('../sync.ts'),
    },
    {
      name: 'save',
      args: '<...manifests>',
      summary: 'Write every parameter of manifests to SSM, large values to S3',
      flags: [ALLOW_PLAINTEXT],
      examples: ['save app.yml', 'save app.yml --region eu-west-1'],
      load: () => import('../save.ts'),
    },
    {
      name: 'list',
      args: '<...manifests>',
      summary: "List what SSM holds under the manifests' paths, or under /a/path/",
      flags: [],
      examples: ['list app.yml', 'list /apps/superman/'],
      load: () => import('../list.ts'),
    },
    {
      name: 'history',
      args: '<name>',
      summary: 'List the versions of a parameter: when, by whom, with which labels',
      flags: [['--reveal', 'Show the secrets']],
      examples: ['history /apps/superman/api_token'],
      load: () => import('../history.ts'),
    },
    {
      name: 'import',
      args: '<path>',
      summary: 'Make a manifest of what SSM holds under a path, secrets sealed',
      flags: [
        ['-o, --output <file>', 'Write it to this new file (default: stdout)'],
        ['--merge <manifest>', 'Add to this manifest what is missing in it'],
        ['--kmskey <key>', 'kmskey of the manifest (default: the one in use there)'],
        NO_CREATE_KEY,
      ],
      examples: [
        'import /apps/superman/ --region us-east-1 > superman.yml',
        'import /apps/superman/ --merge superman.yml',
      ],
      load: () => import('../import.ts'),
    },
    {
      name: 'nuke',
      args: '<...manifests>',
      summary: 'Delete the parameters of manifests, and their objects',
      flags: [YES, ['--keep-objects', 'Leave the objects in S3']],
      examples: ['nuke app.yml', 'nuke app.yml --yes --keep-objects'],
      load: () => import('../nuke.ts'),
    },
    {
      name: 'gc',
      args: '<...manifests>',
      summary: 'Delete the objects that no version of a parameter points to',
      flags: [
        YES,
        ['--dry-run', 'List them and stop'],
        ['--older-than <age>', 'Spare what is younger (default: 1h); such as 30m, 12h, 7d'],
      ],
      examples: ['gc app.yml --dry-run', 'gc app.yml --older-than 30d --yes'],
      load: () => import('../gc.ts'),
    },
  ],
};
