import { PARAMETER_TYPES } from '../../manifest/model.ts';
import { DELETION, FILE_KEY_FLAGS, LOCK_TIMEOUT, TAKE_OVER, USE_RECOVERY, YES } from './flags.ts';
import type { CommandSpec } from './spec.ts';

const ONE_VALUE = [
  YES,
  ['--dry-run', 'Show the plan and stop; nothing is written'],
  ['--keep-newline', 'Keep the last line break of standard input (default: drop it)'],
  TAKE_OVER,
  USE_RECOVERY,
  ...FILE_KEY_FLAGS,
  LOCK_TIMEOUT,
] as const;
const NO_VALUES =
  'pass a value by standard input, a prompt or a file: everyone on the machine can read arguments';

/** Commands that change one parameter, in its manifest and in AWS. */
export const EDIT_AND_SYNC: readonly CommandSpec[] = [
  {
    name: 'create',
    args: '<manifest> <name> [file]',
    summary: 'Add one parameter to a manifest and to AWS',
    description: `
      coffer set and coffer sync --only in one step: shows the plan, asks, encrypts the value into the
      manifest, and writes it to AWS. The value comes from the file, or without one from standard
      input or a hidden prompt; without a terminal it needs --yes. Refuses a name that the manifest
      has. Where one secret holds all values, it writes all of them as the manifest has them. If AWS
      fails, the manifest keeps the value, and coffer sync --only finishes. Needs the rights of set
      and sync.`,
    flags: [
      ['--type <type>', 'SecureString (default), String or StringList', PARAMETER_TYPES],
      ['--description <text>', 'Description of the parameter'],
      ...ONE_VALUE,
    ],
    examples: [
      ['create app.yml api_token', 'asks for the value'],
      ['create app.yml api_token token.json --yes', 'every byte of a file, without asking'],
    ],
    surplus: NO_VALUES,
    load: () => import('../commands/create.ts'),
  },
  {
    name: 'update',
    args: '<manifest> <name> [file]',
    summary: 'Give one parameter a new value, in a manifest and in AWS',
    description: `
      As coffer create, for a parameter that the manifest has: shows the plan, asks, encrypts the
      new value into the manifest, and writes it to AWS.`,
    flags: ONE_VALUE,
    examples: [
      ['update app.yml api_token token.json', 'a new value from a file'],
      ['update app.yml api_token --dry-run < token.txt', 'shows the plan and stops'],
    ],
    surplus: NO_VALUES,
    load: () => import('../commands/update.ts'),
  },
  {
    name: 'delete',
    args: '<manifest> <name>',
    summary: 'Delete one parameter from AWS and from its manifest',
    description: `
      Shows what it will delete, asks, deletes the parameter from AWS with its object in S3, and
      removes it from the manifest. Without a terminal it needs --yes. Where one secret holds all
      values, it removes the value from the manifest and writes the secret without it. A deleted
      secret can be restored for 7 days. If something fails in between, it says what is done and
      how to finish. Needs the rights of nuke, or those of sync for one secret.`,
    flags: [
      YES,
      ['--dry-run', 'Show what it would delete, and stop'],
      ...DELETION,
      TAKE_OVER,
      USE_RECOVERY,
      LOCK_TIMEOUT,
    ],
    examples: [
      ['delete app.yml api_token', 'asks before it deletes'],
      ['delete app.yml api_token --dry-run', 'what it would delete'],
    ],
    load: () => import('../commands/delete.ts'),
  },
];
