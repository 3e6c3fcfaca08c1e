import { FILE_KINDS } from '../../actions/import/read/kinds.ts';
import { STORES } from '../../manifest/model.ts';
import { EDIT_AND_SYNC } from './edit-and-sync.ts';
import {
  ALLOW_FOREIGN,
  DELETION,
  DESTINATION_FLAGS,
  LOCK_TIMEOUT,
  FILE_KEY_FLAGS,
  STORE,
  TAKE_OVER,
  USE_RECOVERY,
  YES,
} from './flags.ts';
import type { CommandGroup } from './spec.ts';

const ONLY = ['--only <name>', 'Only this parameter; repeatable'] as const;
const PRUNE_TAGS = ['--prune-tags', 'Remove tags that are not in the manifest'] as const;
const NO_DECRYPT = [
  '--no-decrypt',
  'Decrypt nothing; skip and list what needs kms:Decrypt',
] as const;
const ALLOW_PLAINTEXT = [
  '--allow-plaintext',
  'Accept plaintext secrets, in files that are never committed',
] as const;

export const AWS_COMMANDS: CommandGroup = {
  title: 'Secrets in AWS',
  commands: [
    {
      name: 'diff',
      aliases: ['plan'],
      args: '<...manifests>',
      summary: 'Show how AWS differs from manifests, secrets masked',
      description: `
        Compares manifests with what SSM and S3 hold: values, types, tiers, keys, descriptions and
        tags, and names under the path that are not in these manifests. Decrypts secrets to compare
        them, and shows only their lengths. An object in S3 differs when its size, checksum or
        metadata is not what coffer wrote, or when kmskey is an alias that now names another key.
        Changes nothing. Needs kms:Decrypt on the file key and on kmskey, ssm:GetParameters and
        ssm:DescribeParameters, and for blobs s3:GetObject and kms:DescribeKey on kmskey. Exits 0
        whether or not there are differences; with --exit-code, exits 3 if there are. Of secrets in
        Secrets Manager it compares the VersionId, which follows from git, and decrypts nothing;
        that needs only secretsmanager:DescribeSecret, from 50 secrets on or with --prune also
        secretsmanager:ListSecrets.`,
      flags: [
        [
          '--format <format>',
          'text (default), json, or markdown for a pull request',
          ['text', 'json', 'markdown'],
        ],
        ['--markdown <file>', 'Also write the comment for a pull request to this file'],
        ['--exit-code', 'Exit 3 if there are differences'],
        ['--reveal', 'Show the secrets'],
        STORE,
        ONLY,
        ['--prune', 'Include what sync --prune would delete'],
        ...DELETION,
        PRUNE_TAGS,
        NO_DECRYPT,
        ALLOW_PLAINTEXT,
      ],
      examples: [
        ['diff app.yml', 'what sync would do'],
        ['diff *.yml --exit-code', 'in CI: fails when AWS differs from git'],
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
      name: 'report',
      args: '<...manifests>',
      summary: 'Write one HTML page: environments beside each other, and states',
      description: `
        One column for each manifest and one row for each name: whether AWS matches the manifest,
        what is missing, extra or overdue, versions with date and writer, tiers, stores and what they
        cost a month. Shows no value, and of a secret's length only whether it fits a tier. The page
        loads nothing, so that it can be a CI artifact or an attachment. Needs the rights of diff;
        without kms:Decrypt, secrets show as closed. --history needs ssm:GetParameterHistory, for
        secrets secretsmanager:ListSecretVersionIds, and makes a call for each parameter. Exits 4 if
        a manifest or region cannot be read: the page says which. Exits 0 whether or not there are
        differences.`,
      flags: [
        ['-o, --output <file>', 'Write the page to this file (default: stdout)'],
        ['--history', 'Include all versions of each parameter'],
        ['--offline', 'Ask AWS nothing: show what the manifests say'],
        NO_DECRYPT,
      ],
      examples: [
        ['report dev.yml prod.yml -o report.html', 'two environments'],
        [
          'report secrets/ -o report.html --history',
          'all manifests in a folder, and who wrote what',
        ],
        ['report *.yml --offline > report.html', 'without AWS'],
      ],
      load: () => import('../commands/report.ts'),
    },
    {
      name: 'sync',
      aliases: ['apply'],
      args: '<...manifests>',
      summary: 'Update AWS to match manifests: write only what differs',
      description: `
        Shows the plan of coffer diff, asks, and writes what differs: an object before the parameter
        that points to it. Without a terminal it needs --yes. Keeps parameters that are not in these
        manifests. With --prune it looks at all manifests of the repository (outside of git: below
        the manifest's folder), except those that git ignores; what is under the path and in none of
        them it lists in the plan, and deletes after all writes succeed.
        If kmskey is an alias that now names another key, SSM does not say which secrets are still
        under the old one: coffer save encrypts all of them again. Needs the rights of diff,
        ssm:PutParameter and ssm:AddTagsToResource, and for blobs s3:PutObject and kms:ReEncrypt*.
        A secret in Secrets Manager that is scheduled for deletion is restored; one that AWS rotates
        is refused without --take-over. Exits 4 if some writes fail: it lists them and does the
        others, and running it again finishes the work.`,
      flags: [
        YES,
        ['--dry-run', 'Show the plan and stop'],
        ONLY,
        ['--prune', 'Delete parameters under the path that no manifest of the repository has'],
        PRUNE_TAGS,
        ['--replace', 'With --yes: delete and recreate what cannot change in place'],
        ...DELETION,
        TAKE_OVER,
        ['--reveal', 'Show the secrets'],
        NO_DECRYPT,
        ALLOW_PLAINTEXT,
        USE_RECOVERY,
      ],
      examples: [
        ['sync app.yml', 'asks before it writes'],
        ['sync *.yml --yes', 'in CI'],
        ['sync app.yml --only api_token --dry-run', 'the plan for one parameter'],
        ['sync app.yml --prune --dry-run', 'shows what would be written and deleted'],
        ['sync app.yml --prune --yes', 'also deletes what no manifest of the repository has'],
      ],
      load: () => import('../commands/sync.ts'),
    },
    ...EDIT_AND_SYNC,
    {
      name: 'save',
      args: '<...manifests>',
      summary: 'Write every parameter of manifests to SSM, large values to S3',
      description: `
        Writes all parameters without reading AWS first, for people who may write but not read. Each
        gets a new version, changed or not. Needs kms:Decrypt on the file key and ssm:PutParameter,
        and for blobs s3:PutObject and kms:ReEncrypt*. Exits 4 if some were not written; running it
        again writes them.`,
      flags: [ALLOW_PLAINTEXT, TAKE_OVER, USE_RECOVERY],
      examples: [
        ['save app.yml', 'everything, as psyml did'],
        ['save app.yml --region eu-west-1', 'the same into another region'],
      ],
      load: () => import('../commands/save.ts'),
    },
    {
      name: 'list',
      aliases: ['ls'],
      args: '<...manifests>',
      summary: "List what SSM holds under manifests' paths, or under /a/path/",
      description: `
        Shows the name, type, tier, version, size and date of every parameter under the path, and
        where pointers lead. Shows no values. Where a manifest gives secrets a max_age, also when
        each was changed and is due. Needs ssm:DescribeParameters and ssm:GetParameters, and s3:GetObject for the sizes of objects; shows "?" for a size that needs kms:Decrypt you
        do not have. Of secrets it needs only secretsmanager:ListSecrets, and shows no sizes.`,
      flags: [STORE],
      examples: [
        ['list app.yml', 'everything under its path, in the manifest or not'],
        ['list prod/ --store secretsmanager', 'the secrets whose names begin with prod/'],
        ['list /apps/superman/', 'a path without a manifest'],
      ],
      load: () => import('../commands/list.ts'),
    },
    {
      name: 'history',
      aliases: ['list-versions'],
      args: '<name>',
      summary: 'List the versions of a parameter: date, author, labels',
      description: `
        Shows the versions that SSM keeps, up to 100, newest first. Masks secrets unless you give
        --reveal, which needs kms:Decrypt on their key. Needs ssm:GetParameterHistory; for a secret
        secretsmanager:ListSecretVersionIds, with --reveal also secretsmanager:GetSecretValue.`,
      flags: [['--reveal', 'Show the secrets'], STORE],
      examples: [
        ['history /apps/superman/api_token', 'who changed it, and when'],
        ['history /apps/superman/api_token --reveal', 'with the values'],
      ],
      load: () => import('../commands/history.ts'),
    },
    {
      name: 'import',
      args: '<source>',
      summary: 'Encrypt what AWS or a file holds into a manifest',
      description: `
        From a path in SSM, such as /apps/superman/: reads every parameter under it, and the objects
        that pointers lead to; coffer diff then shows no difference. From a dotenv, JSON, YAML or
        tfvars file, - for standard input, or a file that sops encrypted, through your own sops: takes
        its values into the manifest of --into, which may be new. Nested maps become names with
        slashes. --secret and --plain say which values are secrets; otherwise it asks, or without a
        terminal all are. Leaves out and names empty values, and refuses what readers of such files
        read differently. Never writes plaintext secrets to disk. A path needs ssm:DescribeParameters,
        ssm:GetParameters, ssm:ListTagsForResource, s3:GetObject and kms:Decrypt on their keys; both
        need kms:GenerateDataKey on the file key. With --store secretsmanager: the names and texts of
        one JSON secret, or every secret under a prefix, which ends with a slash; that needs
        secretsmanager:DescribeSecret, secretsmanager:GetSecretValue and for a prefix
        secretsmanager:ListSecrets.`,
      flags: [
        ['--into <manifest>', 'Add to this manifest; make it if it does not exist'],
        ['--store <store>', 'The source is a name in this store: ssm or secretsmanager', STORES],
        ['--secret <pattern>', 'File: values to encrypt, such as *_KEY; repeatable'],
        ['--plain <pattern>', 'File: values that stay readable, such as LOG_*; repeatable'],
        ['--skip <pattern>', 'File: names to leave out; repeatable'],
        ['--overwrite', 'File: replace values that the manifest has'],
        ['--type <type>', 'File: dotenv, json, yaml or tfvars (default: by its name)', FILE_KINDS],
        ...DESTINATION_FLAGS.map(([flag, what]) => [flag, `${what}, for a new manifest`] as const),
        ['-o, --output <file>', 'Path: write to this new file (default: stdout)'],
        ['--merge <manifest>', 'Path: add what is missing to this manifest'],
        ALLOW_FOREIGN,
        ...FILE_KEY_FLAGS,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['import .env --into app.yml', 'asks which of its values are secrets'],
        ["import config.json --into app.yml --plain 'log/*' --plain port", 'asks nothing'],
        [
          'import secrets.enc.yaml --into app.yml --path /apps/superman/ --kmskey alias/superman',
          'a file of sops into a new manifest',
        ],
        [
          'import /apps/superman/ --region us-east-1 > superman.yml',
          'a manifest of parameters created by hand',
        ],
        ['import /apps/superman/ --into superman.yml', 'adds what is missing from the manifest'],
        [
          'import prod/superman --store secretsmanager --into superman.yml',
          'a JSON secret of Secrets Manager',
        ],
      ],
      noJson: 'standard output is the manifest',
      load: () => import('../commands/import.ts'),
    },
    {
      name: 'nuke',
      args: '<...manifests>',
      summary: 'Delete the parameters of manifests, and their objects',
      description: `
        Lists what it will delete, asks, and deletes the parameters in manifests and the objects of
        their blobs. Keeps everything else under the path. Without a terminal it needs --yes. Needs
        ssm:DeleteParameters and s3:DeleteObject; reads nothing from AWS. The manifests stay: coffer
        save restores everything except the history. A deleted secret can be restored for 7 days:
        coffer sync does so, with its history; --force-delete deletes it for good. Secrets need
        secretsmanager:DescribeSecret and secretsmanager:DeleteSecret.`,
      flags: [
        YES,
        ['--dry-run', 'List what it would delete, and stop'],
        ['--keep-objects', 'Keep the objects in S3'],
        ...DELETION,
      ],
      examples: [
        ['nuke app.yml --dry-run', 'what it would delete'],
        ['nuke app.yml', 'asks before it deletes'],
        ['nuke app.yml --yes --keep-objects', 'only parameters, without asking'],
      ],
      load: () => import('../commands/nuke.ts'),
    },
    {
      name: 'gc',
      args: '<...manifests>',
      summary: 'Delete the objects that no version of a parameter points to',
      description: `
        Looks at the objects under the manifest's path in its bucket. Deletes those that neither the
        manifest nor any version of a parameter names, and unfinished uploads. Keeps anything
        younger than a day. Lists them and asks first, and checks for pointers again right before it
        deletes. Needs s3:ListBucket, s3:GetObject, s3:ListBucketMultipartUploads,
        ssm:DescribeParameters, ssm:GetParameterHistory, s3:DeleteObject and
        s3:AbortMultipartUpload.`,
      flags: [
        YES,
        ['--dry-run', 'List what it would delete, and stop'],
        ['--older-than <age>', 'Keep anything younger (default: 24h); such as 30m, 12h, 7d'],
      ],
      examples: [
        ['gc app.yml --dry-run', 'what it would delete'],
        ['gc app.yml --older-than 30d --yes', 'from time to time, in CI'],
      ],
      load: () => import('../commands/gc.ts'),
    },
  ],
};
