import { PARAMETER_TYPES } from '../../manifest/model.ts';
import { DESTINATION_FLAGS, LOCK_TIMEOUT, FILE_KEY_FLAGS, REGIONS } from './flags.ts';
import type { CommandSpec } from './spec.ts';

/** Commands that change single values of a manifest. */
export const VALUE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'set',
    args: '<manifest> <name>',
    summary: 'Set one value in a manifest, from stdin, a prompt or a file',
    description: `
      Encrypts one value and writes it into the manifest; adds the parameter if it is new. The
      value comes from standard input, from a prompt that does not show it, or from a file: never
      from the arguments, which everyone on the machine can read. Refuses an empty value, which
      SSM cannot hold. With --init it makes a manifest that does not exist yet, with --path, --kmskey
      and a region. Needs kms:GenerateDataKey on the file key. Run coffer sync to update AWS.`,
    flags: [
      [
        '--type <type>',
        'Type of a new parameter: SecureString (default), String or StringList',
        PARAMETER_TYPES,
      ],
      ['--description <text>', 'Description of a new parameter'],
      ['-f, --from-file <file>', 'Use the bytes of this file, unchanged'],
      ['--keep-newline', 'Keep the last line break of standard input (default: drop it)'],
      ['--init', 'Make the manifest if the file does not exist'],
      ...DESTINATION_FLAGS,
      REGIONS,
      ...FILE_KEY_FLAGS,
      LOCK_TIMEOUT,
    ],
    examples: [
      ['set app.yml api_token', 'asks for the value'],
      ['set app.yml api_token < token.txt', 'reads a file or a pipe, without the last line break'],
      ['set app.yml tls/keystore --from-file keystore.jks', 'every byte of a file, text or binary'],
      [
        'set app.yml api_version --type String --description "Not a secret"',
        'a new parameter, not encrypted',
      ],
      [
        'set app.yml api_token --init --path /apps/superman/ --kmskey alias/superman',
        'the first secret of a new manifest',
      ],
    ],
    surplus:
      'pass a value by standard input, a prompt or --from-file: everyone on the machine can read arguments',
    load: () => import('../commands/set.ts'),
  },
  {
    name: 'unset',
    aliases: ['rm'],
    args: '<manifest> <...names>',
    summary: 'Remove parameters from a manifest (sync --prune: from AWS too)',
    description: `
      Removes the parameters, their comments and their blob files. AWS keeps its parameters until
      coffer sync --prune; a JSON secret its value until coffer sync. Makes no network calls.`,
    flags: [LOCK_TIMEOUT],
    examples: [
      ['unset app.yml api_token', 'one parameter'],
      ['unset app.yml api_token tls/keystore', 'several'],
    ],
    load: () => import('../commands/unset.ts'),
  },
  {
    name: 'rotate',
    args: '<manifest> [...names]',
    summary: 'Generate new values for parameters with generate:',
    description: `
      Generates new random values for parameters with generate:, with the length and characters it
      names, and encrypts them. Needs kms:GenerateDataKey on the file key. Run coffer sync to
      update AWS.`,
    flags: [['--all', 'All parameters with generate:'], ...FILE_KEY_FLAGS, LOCK_TIMEOUT],
    examples: [
      ['rotate app.yml db/password', 'one value'],
      ['rotate app.yml --all', 'every parameter with generate:'],
    ],
    load: () => import('../commands/rotate.ts'),
  },
  {
    name: 'rollback',
    args: '<manifest> <name> [version]',
    summary: 'Bring a value that AWS had before back into a manifest',
    description: `
      Reads an earlier version of a parameter or secret from AWS, and encrypts its value into the
      manifest, as coffer set does; a file: is dropped. Default: the version before the current one.
      VERSION is a number or a label, in Secrets Manager a VersionId or a staging label; coffer
      history lists them. Reads in the first region of the manifest, or in --region. AWS stays as it
      is: run coffer sync to publish the value. Needs ssm:GetParameter and kms:Decrypt on kmskey,
      without VERSION ssm:GetParameterHistory, for an object s3:GetObject, and
      kms:GenerateDataKey on the file key; for a secret secretsmanager:DescribeSecret and
      secretsmanager:GetSecretValue, without VERSION secretsmanager:ListSecretVersionIds.`,
    flags: [...FILE_KEY_FLAGS, LOCK_TIMEOUT],
    examples: [
      ['rollback app.yml api_token', 'the value before the current one'],
      ['rollback app.yml api_token 3', 'that of version 3'],
    ],
    load: () => import('../commands/rollback.ts'),
  },
];
