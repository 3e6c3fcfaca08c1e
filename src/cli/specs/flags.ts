import { STORES } from '../../manifest/model.ts';
import type { FlagHelp } from '../help.ts';

/** Global flags. */
export const GLOBAL_FLAGS: readonly FlagHelp[] = [
  ['-r, --region <region>', "AWS region, instead of the manifest's"],
  ['--profile <profile>', 'Profile of the shared AWS configuration'],
  ['--role <arn>', 'Assume this IAM role for all AWS calls'],
  ['--endpoint-url <url>', 'Call this address instead of AWS'],
  [
    '--allow-file <file>',
    'A file or folder outside the repository that manifests may name; repeatable',
  ],
  ['--identity <file>', 'An age identity file, for when the file key cannot be used; repeatable'],
  ['--concurrency <n>', 'Maximum concurrent AWS calls (default: 8)'],
  [
    '--max-size <size>',
    'Read at most this much, such as 500MB or 2GiB (default: 1GiB; get, put: any size)',
  ],
  ['--json', 'Print a JSON report to stdout'],
  ['--quiet', 'Print only errors and warnings'],
  ['--no-color', 'Print without colours'],
  ['--debug', 'Print every AWS call, and never a secret'],
];

/** Flags that are handled before any command runs. */
export const HELP_FLAGS: readonly FlagHelp[] = [
  ['-h, --help', 'Explain a command'],
  ['-v, --version', 'Print the versions of coffer and Node'],
];

/** Of a call without a command. */
export const OVERVIEW_FLAGS: readonly FlagHelp[] = [
  ['--all', 'With help: list every command, flag and exit code'],
];

/** For commands that write manifests. */
export const LOCK_TIMEOUT = [
  '--lock-timeout <seconds>',
  'Maximum wait for another coffer that writes the manifest (default: 60)',
] as const;

/** Of commands that make a manifest. */
export const DESTINATION_FLAGS = [
  ['--path <path>', 'Prefix of every name in SSM'],
  ['--kmskey <key>', 'KMS key for what is stored in AWS'],
  ['--bucket <bucket>', 'Bucket for values too large for SSM'],
  ['--account <account>', 'AWS account: nothing is written to another'],
] as const;

/** Of those that make an empty one, or one with its first secret. */
export const REGIONS = [
  '--regions <regions>',
  'Several regions for the manifest, separated by commas, instead of --region',
] as const;

/** Of commands that follow pointers. */
export const ALLOW_FOREIGN = [
  '--allow-foreign',
  'Read objects in buckets of other accounts, and under their keys',
] as const;

/** Of commands that follow pointers, and pass the values on. */
export const ALLOW_FOREIGN_FOR_OTHERS = [
  '--allow-foreign',
  'Read objects of other accounts, and objects elsewhere that name no parameter',
] as const;

/** Of commands that take names without a manifest. */
export const STORE = [
  '--store <store>',
  'Where names without a manifest are: ssm (default) or secretsmanager',
  STORES,
] as const;

/** Of commands that publish. */
export const USE_RECOVERY = [
  '--use-recovery',
  'Publish what recovery opens when the file key cannot be used',
] as const;

/** Of commands that seal. */
export const FILE_KEY_FLAGS = [
  ['--no-create-key', 'Fail if the file key is missing, instead of creating it'],
  [
    '--accept-file-key <arn>',
    'Trust this key in encrypted_with, although the alias names another one',
  ],
  [
    '--accept-recovery <digest>',
    'Encrypt for the recovery list with this digest, which nobody has used yet',
  ],
] as const;

export const YES = ['--yes', 'Go ahead without asking'] as const;

export const DELETION = [
  ['--recovery-days <n>', 'Days for which a deleted secret can be restored: 7 (default) to 30'],
  ['--force-delete', 'Delete secrets for good, without a way back'],
] as const;
export const TAKE_OVER = [
  '--take-over',
  'Write over secrets that AWS rotates, and turn their rotation off',
] as const;
