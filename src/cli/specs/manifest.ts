import { PARAMETER_TYPES } from '../../manifest/model.ts';
import { LOCK_TIMEOUT, NO_CREATE_KEY } from './flags.ts';
import type { CommandGroup } from './spec.ts';

export const MANIFEST_COMMANDS: CommandGroup = {
  title: 'Secrets in git',
  commands: [
    {
      name: 'encrypt',
      args: '<...manifests>',
      summary: 'Seal the secrets of manifests, so that they can be committed',
      description: `
        Seals every plaintext SecureString in its place, fills in what generate: asks for, and
        puts values that SSM cannot hold into blobs, inline or in files beside the manifest. Sealed
        values that go elsewhere now, as their store or tier says, are sealed anew for it. Lines
        that had nothing to hide stay byte for byte; with nothing new to seal, no file is written.
        Takes kms:GenerateDataKey on the file key, alias/coffer, which is created when it is
        missing; with kms:Decrypt too, the data key that is there serves again. Talks to KMS
        alone.`,
      flags: [
        [
          '--reseal <name>',
          'Seal this parameter (its file, if it has one) again, whatever is there',
        ],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['encrypt app.yml', 'seals what is new; commit the result'],
        ['encrypt *.yml', 'several at once; all are checked before the first is written'],
        [
          'encrypt app.yml --reseal tls/keystore',
          'when its file changed and you may not open the old one',
        ],
      ],
      load: () => import('../commands/encrypt.ts'),
    },
    {
      name: 'decrypt',
      args: '<manifest>',
      summary: 'Print a manifest in plaintext',
      description: `
        Prints the manifest as it was before encrypt, comments and all; the file stays as it is.
        Long and binary values stay sealed in it: --value prints one, --json all of them. Takes
        kms:Decrypt on the file key, one call a data key.`,
      flags: [['--value <name>', 'Print the value of this parameter alone, byte for byte']],
      examples: [
        ['decrypt app.yml', 'to read it, or to compare'],
        ['decrypt app.yml --value tls/keystore > keystore.jks', 'one value, whatever it holds'],
      ],
      load: () => import('../commands/decrypt.ts'),
    },
    {
      name: 'edit',
      args: '<manifest>',
      summary: 'Open a manifest in $EDITOR in plaintext, and seal what changed',
      description: `
        Shows the manifest decrypted in $VISUAL or $EDITOR, from a private folder in memory where
        there is one, and seals what was changed; the rest keeps its ciphertext byte for byte. A
        manifest that is wrong can be edited again; when somebody else changed it meanwhile, the
        edit is kept in FILE.edited, sealed. Takes kms:Decrypt and kms:GenerateDataKey on the
        file key.`,
      flags: [NO_CREATE_KEY, LOCK_TIMEOUT],
      examples: [
        ['edit app.yml', 'values that stay as they are keep their ciphertext'],
        ['edit new.yml', 'begins a manifest from a template'],
      ],
      load: () => import('../commands/edit.ts'),
    },
    {
      name: 'set',
      args: '<manifest> <name>',
      summary: 'Put one value into a manifest, from stdin, a prompt or a file',
      description: `
        Seals one value and writes it into the manifest, as a new parameter when there is none of
        that name. The value comes from standard input, from a prompt that does not show it, or
        from a file: never from the arguments, which everybody on the machine can read. An
        empty value is refused: SSM holds none. Takes kms:GenerateDataKey on the file key. coffer
        sync then tells AWS.`,
      flags: [
        [
          '--type <type>',
          'Of a new parameter: SecureString (default), String or StringList',
          PARAMETER_TYPES,
        ],
        ['--description <text>', 'Of a new parameter'],
        ['-f, --from-file <file>', 'Take the bytes of this file as they are'],
        [
          '--keep-newline',
          'Keep the last line break of standard input, which is dropped otherwise',
        ],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['set app.yml api_token', 'asks for the value'],
        [
          'set app.yml api_token < token.txt',
          'takes it from a file or a pipe, without the last line break',
        ],
        [
          'set app.yml tls/keystore --from-file keystore.jks',
          'takes every byte of a file, be it binary',
        ],
        [
          'set app.yml api_version --type String --description "Not a secret"',
          'a new parameter, in plain sight',
        ],
      ],
      surplus:
        'a value comes from standard input, a prompt or --from-file: arguments are for all to see',
      load: () => import('../commands/set.ts'),
    },
    {
      name: 'unset',
      args: '<manifest> <...names>',
      summary: 'Take parameters out of a manifest (sync --prune: out of AWS too)',
      description: `
        Removes the parameters, their comments and the files of their blobs from the manifest. AWS
        keeps what it has until coffer sync --prune. Talks to nobody.`,
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
      summary: 'Make new values for parameters with generate:',
      description: `
        Makes up new random values for parameters with generate:, as long and of the characters
        that it says, and seals them. Takes kms:GenerateDataKey on the file key. coffer sync then
        tells AWS.`,
      flags: [['--all', 'All parameters with generate:'], NO_CREATE_KEY, LOCK_TIMEOUT],
      examples: [
        ['rotate app.yml db/password', 'one value'],
        ['rotate app.yml --all', 'every value that has generate:'],
      ],
      load: () => import('../commands/rotate.ts'),
    },
    {
      name: 'refresh',
      args: '<...manifests>',
      summary: "Bring manifests, psyml's too, under the current file key",
      description: `
        Brings encrypted manifests under the key that the file key's alias names today: KMS
        re-encrypts the data keys, so that values stay byte for byte and nothing is opened. What
        psyml encrypted becomes coffer's own format. With --new-data-keys every value and blob is
        opened and sealed anew, such as after somebody left. Takes kms:ReEncrypt* on both keys;
        psyml's values and --new-data-keys take kms:Decrypt and kms:GenerateDataKey.`,
      flags: [
        ['--new-data-keys', 'Seal every value and blob anew, under new data keys'],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['refresh app.yml', 'after the alias was moved to another key, or for a manifest of psyml'],
        ['refresh app.yml --new-data-keys', 'after somebody with the old data keys left'],
      ],
      load: () => import('../commands/refresh.ts'),
    },
  ],
};
