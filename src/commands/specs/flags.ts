import type { CommandSpec } from './spec.ts';

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

export const NO_CREATE_KEY = [
  '--no-create-key',
  'Fail when the file key is missing, instead of creating it',
] as const;
