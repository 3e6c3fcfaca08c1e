import type { Run } from './context.ts';

/** One command as the command line declares it. */
export interface CommandSpec {
  name: string;
  /** Positional arguments, in cac's notation. */
  args: string;
  summary: string;
  /** Flags: how they are written, and what they do. */
  flags: readonly (readonly [string, string])[];
  examples: readonly string[];
  /** How to mend a call with too many arguments, when one of them may be a secret. */
  surplus?: string;
  load: () => Promise<{ run: Run }>;
}

/** Flags of every command. */
export const GLOBAL_FLAGS: CommandSpec['flags'] = [
  ['-r, --region <region>', "AWS region, instead of the manifest's"],
  ['--profile <name>', 'Profile of the shared AWS configuration'],
  ['--endpoint-url <url>', 'Talk to this address instead of AWS'],
  ['--concurrency <n>', 'Most calls to AWS in flight at once (default: 8)'],
  ['--json', 'Answer in JSON on stdout'],
  ['--quiet', 'Say nothing but errors and warnings'],
  ['--no-color', 'No colours'],
  ['--debug', 'Tell of every call to AWS; never of a secret'],
];

const YES = ['--yes', 'Go ahead without being asked'] as const;
/** `coffer -O put …` is `coffer put …`. */
const OPERATION = ['-O, --operation <name>', 'put or get, as s3-kms-ssm-secrets took it'] as const;
const NO_CREATE_KEY = [
  '--no-create-key',
  'Fail when the file key is missing, instead of creating it',
] as const;
const ONLY = ['--only <name>', 'This parameter alone; may be repeated'] as const;
const PRUNE_TAGS = ['--prune-tags', 'Tags that no manifest names are to go'] as const;
const ALLOW_PLAINTEXT = [
  '--allow-plaintext',
  'Take plaintext secrets, for files never committed',
] as const;

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'encrypt',
    args: '<...manifests>',
    summary: 'Seal the secrets of manifests, so that they can be committed',
    flags: [
      ['--reseal <name>', 'Seal the file of this parameter again, whatever is there'],
      NO_CREATE_KEY,
    ],
    examples: ['encrypt app.yml', 'encrypt *.yml', 'encrypt app.yml --reseal tls/keystore'],
    load: () => import('./encrypt.ts'),
  },
  {
    name: 'decrypt',
    args: '<manifest>',
    summary: 'Print a manifest in plaintext',
    flags: [['--value <name>', 'Print the value of this parameter alone, byte for byte']],
    examples: ['decrypt app.yml', 'decrypt app.yml --value tls/keystore > keystore.jks'],
    load: () => import('./decrypt.ts'),
  },
  {
    name: 'refresh',
    args: '<...manifests>',
    summary: "Bring manifests, psyml's too, under the current file key",
    flags: [
      ['--new-data-keys', 'Seal every value and blob anew, under new data keys'],
      NO_CREATE_KEY,
    ],
    examples: ['refresh app.yml', 'refresh app.yml --new-data-keys'],
    load: () => import('./refresh.ts'),
  },
  {
    name: 'set',
    args: '<manifest> <name>',
    summary: 'Put one value into a manifest, from stdin, a prompt or a file',
    flags: [
      ['--type <type>', 'Of a new parameter: SecureString (default), String or StringList'],
      ['--description <text>', 'Of a new parameter'],
      ['-f, --from-file <file>', 'Take the bytes of this file as they are'],
      ['--keep-newline', 'Keep the last line break of standard input, which is dropped otherwise'],
      NO_CREATE_KEY,
    ],
    examples: [
      'set app.yml api_token',
      'set app.yml api_token < token.txt',
      'set app.yml tls/keystore --from-file keystore.jks',
      'set app.yml api_version --type String --description "Not a secret"',
    ],
    surplus:
      'a value comes from standard input, a prompt or --from-file: arguments are for all to see',
    load: () => import('./set.ts'),
  },
  {
    name: 'unset',
    args: '<manifest> <...names>',
    summary: 'Take parameters out of a manifest (sync --prune: out of AWS too)',
    flags: [],
    examples: ['unset app.yml api_token', 'unset app.yml api_token tls/keystore'],
    load: () => import('./unset.ts'),
  },
  {
    name: 'rotate',
    args: '<manifest> [...names]',
    summary: 'Make new values for parameters with generate:',
    flags: [['--all', 'All parameters with generate:'], NO_CREATE_KEY],
    examples: ['rotate app.yml db/password', 'rotate app.yml --all'],
    load: () => import('./rotate.ts'),
  },
  {
    name: 'save',
    args: '<...manifests>',
    summary: 'Write every parameter of manifests to SSM, large values to S3',
    flags: [ALLOW_PLAINTEXT],
    examples: ['save app.yml', 'save app.yml --region eu-west-1'],
    load: () => import('./save.ts'),
  },
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
    load: () => import('./diff.ts'),
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
    load: () => import('./sync.ts'),
  },
  {
    name: 'list',
    args: '<...manifests>',
    summary: "List what SSM holds under the manifests' paths, or under /a/path/",
    flags: [],
    examples: ['list app.yml', 'list /apps/superman/'],
    load: () => import('./list.ts'),
  },
  {
    name: 'get',
    args: '[name]',
    summary: 'Print a parameter, what it points to, or the object of a URL',
    flags: [
      ['-o, --output <file>', 'Write it to this file (readable by you alone)'],
      ['-p, --path <name>', 'The name or URL, as s3-kms-ssm-secrets took it'],
      OPERATION,
    ],
    examples: [
      'get /apps/superman/api_token',
      'get /apps/superman/api_token@3',
      'get /apps/superman/tls/keystore -o keystore.jks',
      'get s3://superman-secrets/apps/superman/tls/keystore/9f86…0a08 | tar x',
    ],
    load: () => import('./get.ts'),
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
    load: () => import('./import.ts'),
  },
  {
    name: 'history',
    args: '<name>',
    summary: 'List the versions of a parameter: when, by whom, with which labels',
    flags: [['--reveal', 'Show the secrets']],
    examples: ['history /apps/superman/api_token'],
    load: () => import('./history.ts'),
  },
  {
    name: 'put',
    args: '',
    summary: 'Publish data of any size, and point a parameter to it',
    flags: [
      ['-p, --path <prefix>', "Prefix of the object's key"],
      ['-b, --bucket <bucket>', 'Bucket that takes the object'],
      ['-k, --key <key>', 'KMS key that readers may use'],
      ['-s, --ssm <name>', 'Parameter that will point to it (default: the path)'],
      ['-e, --extension <suffix>', "Suffix of the object's key, such as .tar"],
      ['-f, --file <file>', 'Read this file instead of standard input'],
      OPERATION,
    ],
    examples: [
      'put -p apps/superman/backup -b superman-secrets -k alias/superman -e .tar < backup.tar',
    ],
    load: () => import('./put.ts'),
  },
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
    load: () => import('./export.ts'),
  },
  {
    name: 'nuke',
    args: '<...manifests>',
    summary: 'Delete the parameters of manifests, and their objects',
    flags: [YES, ['--keep-objects', 'Leave the objects in S3']],
    examples: ['nuke app.yml', 'nuke app.yml --yes --keep-objects'],
    load: () => import('./nuke.ts'),
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
    load: () => import('./gc.ts'),
  },
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
    examples: ['sandbox --port 4599 --folder .sandbox', 'sandbox --bucket my-bucket -- make test'],
    load: () => import('./sandbox.ts'),
  },
];
