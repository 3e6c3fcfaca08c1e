import type { FlagHelp } from '../help.ts';

/** Flags of every command. */
export const GLOBAL_FLAGS: readonly FlagHelp[] = [
  ['-r, --region <region>', "AWS region, instead of the manifest's"],
  ['--profile <profile>', 'Profile of the shared AWS configuration'],
  ['--endpoint-url <url>', 'Talk to this address instead of AWS'],
  ['--concurrency <n>', 'Most calls to AWS in flight at once (default: 8)'],
  ['--json', 'Answer in JSON on stdout'],
  ['--quiet', 'Say nothing but errors and warnings'],
  ['--no-color', 'No colours'],
  ['--debug', 'Tell of every call to AWS; never of a secret'],
];

/** What is answered before any command runs. */
export const HELP_FLAGS: readonly FlagHelp[] = [
  ['-h, --help', 'Explain a command'],
  ['-v, --version', 'Print the versions of coffer and Node'],
];

/** Of commands that write manifests. */
export const LOCK_TIMEOUT = [
  '--lock-timeout <seconds>',
  'Wait this long while another coffer writes the same manifest (default: 60)',
] as const;

export const NO_CREATE_KEY = [
  '--no-create-key',
  'Fail when the file key is missing, instead of creating it',
] as const;
