import { LOCK_TIMEOUT, NO_CREATE_KEY } from './flags.ts';
import type { CommandGroup } from './spec.ts';

const YES = ['--yes', 'Go ahead without being asked'] as const;
const ONLY = ['--only <name>', 'This parameter alone; may be repeated'] as const;
const PRUNE_TAGS = ['--prune-tags', 'Remove tags that are not in the manifest'] as const;
const NO_DECRYPT = [
  '--no-decrypt',
  'Open nothing: leave, and list, what takes kms:Decrypt to compare or write',
] as const;
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
      description: `
        Compares what manifests want with what SSM and S3 hold: values, types, tiers, keys,
        descriptions and tags, and names under the path that no manifest lists. Secrets are opened
        to be compared and shown as their lengths. An object in S3 differs when its size, checksum
        or metadata is not what coffer wrote, or kmskey stands for another key by now. It changes
        nothing. Takes kms:Decrypt on the file key and on kmskey, ssm:GetParameters and
        ssm:DescribeParameters, and for blobs s3:GetObject and kms:DescribeKey on kmskey. Exits 0
        whether or not there are differences; with --exit-code, exits 3 if there are.`,
      flags: [
        [
          '--format <format>',
          'text (default), json, or markdown for a pull request',
          ['text', 'json', 'markdown'],
        ],
        ['--markdown <file>', 'Write the comment for a pull request to this file, too'],
        ['--exit-code', 'Exit with 3 when there is a difference'],
        ['--reveal', 'Show the secrets'],
        ONLY,
        ['--prune', 'Show what sync --prune deletes as deletions'],
        PRUNE_TAGS,
        NO_DECRYPT,
        ALLOW_PLAINTEXT,
      ],
      examples: [
        ['diff app.yml', 'what sync would do'],
        ['diff *.yml --exit-code', 'in CI: fails when AWS is not as git has it'],
        [
          'diff app.yml --format markdown',
          'a comment for a pull request, which never shows a secret',
        ],
        [
          'diff /apps/superman/api_token@3 /apps/superman/api_token@5',
          'two versions of one parameter',
        ],
      ],
      load: () => import('../commands/diff.ts'),
    },
    {
      name: 'sync',
      args: '<...manifests>',
      summary: 'Bring AWS in step with manifests: write just what differs',
      description: `
        Shows the plan of coffer diff, asks, and writes what differs: an object before the
        parameter that points to it. Without a terminal it needs --yes. What is in no manifest
        stays, unless --prune is given: then the plan lists it, and it is deleted once all writes
        have succeeded. When kmskey's alias has moved to another key, SSM does not tell which
        secrets are still under the old one: coffer save encrypts all anew. Takes the rights of
        diff, ssm:PutParameter and
        ssm:AddTagsToResource, and for blobs s3:PutObject and kms:ReEncrypt*. What fails is
        listed, the rest is done: exit code 4, and the same call finishes the work.`,
      flags: [
        YES,
        ['--dry-run', 'Show the plan and stop'],
        ONLY,
        ['--prune', 'Delete what is under the path and in no manifest'],
        PRUNE_TAGS,
        ['--replace', 'With --yes: create anew what cannot be changed in place'],
        ['--reveal', 'Show the secrets'],
        NO_DECRYPT,
        ALLOW_PLAINTEXT,
      ],
      examples: [
        ['sync app.yml', 'asks before it writes'],
        ['sync *.yml --yes', 'in CI'],
        ['sync app.yml --only api_token --dry-run', 'the plan for one parameter'],
        ['sync app.yml --prune --dry-run', 'shows what would be written and deleted'],
        ['sync app.yml --prune --yes', 'also deletes what no manifest lists'],
      ],
      load: () => import('../commands/sync.ts'),
    },
    {
      name: 'save',
      args: '<...manifests>',
      summary: 'Write every parameter of manifests to SSM, large values to S3',
      description: `
        Writes all parameters without reading AWS first: for who may write and not read. Each gets
        a new version, changed or not. Takes kms:Decrypt on the file key and ssm:PutParameter, and
        for blobs s3:PutObject and kms:ReEncrypt*. Exit code 4 says that some were not written;
        the same call writes them.`,
      flags: [ALLOW_PLAINTEXT],
      examples: [
        ['save app.yml', 'everything, as psyml did'],
        ['save app.yml --region eu-west-1', 'the same into another region'],
      ],
      load: () => import('../commands/save.ts'),
    },
    {
      name: 'list',
      args: '<...manifests>',
      summary: "List what SSM holds under manifests' paths, or under /a/path/",
      description: `
        Shows name, type, tier, version, size and date of every parameter under the path, and
        where those that are pointers lead. It shows no value. Takes ssm:DescribeParameters and
        ssm:GetParameters, and s3:GetObject for the sizes of objects; the size of what you may not
        open is "?".`,
      flags: [],
      examples: [
        ['list app.yml', 'what is there under its path, listed in it or not'],
        ['list /apps/superman/', 'a path without a manifest'],
      ],
      load: () => import('../commands/list.ts'),
    },
    {
      name: 'history',
      args: '<name>',
      summary: 'List the versions of a parameter: when, by whom, which labels',
      description: `
        Shows up to 100 versions that SSM keeps, newest first. Values of secrets are masked unless
        --reveal is given, which takes kms:Decrypt on their key. Takes ssm:GetParameterHistory.`,
      flags: [['--reveal', 'Show the secrets']],
      examples: [
        ['history /apps/superman/api_token', 'who changed it, and when'],
        ['history /apps/superman/api_token --reveal', 'with the values'],
      ],
      load: () => import('../commands/history.ts'),
    },
    {
      name: 'import',
      args: '<path>',
      summary: 'Make a manifest of what SSM holds under a path, secrets sealed',
      description: `
        Reads every parameter under the path, and the objects that pointers lead to, and writes an
        encrypted manifest of them: coffer diff then shows no difference. No plaintext touches the
        disk. Takes ssm:DescribeParameters, ssm:GetParameters, ssm:ListTagsForResource,
        s3:GetObject, kms:Decrypt on their keys, and kms:GenerateDataKey on the file key.`,
      flags: [
        ['-o, --output <file>', 'Write it to this new file (default: stdout)'],
        ['--merge <manifest>', 'Add to this manifest what is missing in it'],
        ['--kmskey <key>', 'kmskey of the manifest (default: the one in use there)'],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        [
          'import /apps/superman/ --region us-east-1 > superman.yml',
          'a manifest of what was made by hand',
        ],
        ['import /apps/superman/ --merge superman.yml', 'adds what the manifest lacks'],
      ],
      noJson: 'standard output is the manifest',
      load: () => import('../commands/import.ts'),
    },
    {
      name: 'nuke',
      args: '<...manifests>',
      summary: 'Delete the parameters of manifests, and their objects',
      description: `
        Lists what it will delete, asks, and deletes the parameters that manifests name and the
        objects they point to. What else is under the path stays. Without a terminal it wants
        --yes. Takes ssm:DeleteParameters and s3:DeleteObject; nothing is read. The manifests
        stay: coffer save brings it all back, without its history.`,
      flags: [YES, ['--keep-objects', 'Leave the objects in S3']],
      examples: [
        ['nuke app.yml', 'asks before it deletes'],
        ['nuke app.yml --yes --keep-objects', 'parameters alone, without being asked'],
      ],
      load: () => import('../commands/nuke.ts'),
    },
    {
      name: 'gc',
      args: '<...manifests>',
      summary: 'Delete the objects that no version of a parameter points to',
      description: `
        Looks at the objects under the manifest's path in its bucket, and deletes those that
        neither the manifest nor any version of a parameter names, and uploads that were never
        finished. Spares what is younger than a day. Lists them and asks first, and looks for
        pointers again right before it deletes. Takes s3:ListBucket, s3:GetObject,
        s3:ListBucketMultipartUploads, ssm:DescribeParameters, ssm:GetParameterHistory,
        s3:DeleteObject and s3:AbortMultipartUpload.`,
      flags: [
        YES,
        ['--dry-run', 'List them and stop'],
        ['--older-than <age>', 'Spare what is younger (default: 24h); such as 30m, 12h, 7d'],
      ],
      examples: [
        ['gc app.yml --dry-run', 'what there is to delete'],
        ['gc app.yml --older-than 30d --yes', 'from time to time, in CI'],
      ],
      load: () => import('../commands/gc.ts'),
    },
  ],
};
