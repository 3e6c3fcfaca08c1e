import { PARAMETER_TYPES } from '../../manifest/model.ts';
import { LOCK_TIMEOUT, NO_CREATE_KEY } from './flags.ts';
import type { CommandGroup } from './spec.ts';

export const MANIFEST_COMMANDS: CommandGroup = {
  title: 'Secrets in git',
  commands: [
    {
      name: 'encrypt',
      args: '<...manifests>',
      summary: 'Encrypt the secrets in manifests, so that you can commit them',
      description: `
        Encrypts every plaintext SecureString in place, makes the values that generate: asks for,
        and puts values that are too large for SSM into blobs, inline or in files beside the
        manifest. Values whose store or tier changed move between SSM and S3. Other lines stay byte
        for byte, except that types become lower case, as in psyml; if nothing is new, no file
        changes. Needs kms:GenerateDataKey on the file key, alias/coffer, which it creates if
        missing. With kms:Decrypt it reuses the existing data key. Calls only KMS.`,
      flags: [
        [
          '--reseal <name>',
          'Encrypt this parameter (its file, if it has one) again, even if unchanged; repeatable',
        ],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['encrypt app.yml', 'encrypts what is new; commit the result'],
        ['encrypt *.yml', 'several at once; checks all before it writes the first'],
        [
          'encrypt app.yml --reseal tls/keystore',
          'when its file changed and you may not decrypt the old value',
        ],
      ],
      load: () => import('../commands/encrypt.ts'),
    },
    {
      name: 'decrypt',
      args: '<manifest>',
      summary: 'Print a manifest in plaintext',
      description: `
        Prints the manifest as it was before encrypt, comments included; the file does not change.
        Long and binary values stay encrypted in it: --value prints one, --json all of them. Needs
        kms:Decrypt on the file key, one call per data key.`,
      flags: [['--value <name>', 'Print only the value of this parameter, byte for byte']],
      examples: [
        ['decrypt app.yml', 'to read or compare it'],
        ['decrypt app.yml --value tls/keystore > keystore.jks', 'one value, text or binary'],
      ],
      load: () => import('../commands/decrypt.ts'),
    },
    {
      name: 'edit',
      args: '<manifest>',
      summary: 'Edit a manifest in plaintext in $EDITOR, and encrypt the changes',
      description: `
        Opens the decrypted manifest in $VISUAL or $EDITOR, from a private folder, in memory if
        possible, and encrypts what you changed; the rest keeps its ciphertext byte for byte. If the
        edited text is invalid, you can edit it again. If someone else changed the manifest in the
        meantime, coffer saves your edit as FILE.edited, encrypted. Needs kms:Decrypt and
        kms:GenerateDataKey on the file key.`,
      flags: [NO_CREATE_KEY, LOCK_TIMEOUT],
      examples: [
        ['edit app.yml', 'unchanged values keep their ciphertext'],
        ['edit new.yml', 'creates a manifest from a template'],
      ],
      load: () => import('../commands/edit.ts'),
    },
    {
      name: 'set',
      args: '<manifest> <name>',
      summary: 'Set one value in a manifest, from stdin, a prompt or a file',
      description: `
        Encrypts one value and writes it into the manifest; adds the parameter if it is new. The
        value comes from standard input, from a prompt that does not show it, or from a file: never
        from the arguments, which everyone on the machine can read. Refuses an empty value, which
        SSM cannot hold. Needs kms:GenerateDataKey on the file key. Run coffer sync to update AWS.`,
      flags: [
        [
          '--type <type>',
          'Type of a new parameter: SecureString (default), String or StringList',
          PARAMETER_TYPES,
        ],
        ['--description <text>', 'Description of a new parameter'],
        ['-f, --from-file <file>', 'Use the bytes of this file, unchanged'],
        ['--keep-newline', 'Keep the last line break of standard input (default: drop it)'],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['set app.yml api_token', 'asks for the value'],
        [
          'set app.yml api_token < token.txt',
          'reads a file or a pipe, without the last line break',
        ],
        [
          'set app.yml tls/keystore --from-file keystore.jks',
          'every byte of a file, text or binary',
        ],
        [
          'set app.yml api_version --type String --description "Not a secret"',
          'a new parameter, not encrypted',
        ],
      ],
      surplus:
        'pass a value by standard input, a prompt or --from-file: everyone on the machine can read arguments',
      load: () => import('../commands/set.ts'),
    },
    {
      name: 'unset',
      args: '<manifest> <...names>',
      summary: 'Remove parameters from a manifest (sync --prune: from AWS too)',
      description: `
        Removes the parameters, their comments and their blob files. AWS keeps its parameters until
        coffer sync --prune. Makes no network calls.`,
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
      flags: [['--all', 'All parameters with generate:'], NO_CREATE_KEY, LOCK_TIMEOUT],
      examples: [
        ['rotate app.yml db/password', 'one value'],
        ['rotate app.yml --all', 'every parameter with generate:'],
      ],
      load: () => import('../commands/rotate.ts'),
    },
    {
      name: 'refresh',
      args: '<...manifests>',
      summary: "Re-encrypt manifests, psyml's too, under the current file key",
      description: `
        Re-encrypts manifests under the key that the file key's alias names today. KMS re-encrypts
        the data keys, so values stay byte for byte and nothing is decrypted. Values that psyml
        encrypted change to coffer's format. With --new-data-keys it decrypts every value and blob
        and encrypts it again, for example after someone leaves. Needs kms:ReEncrypt* on both keys;
        psyml's values and --new-data-keys need kms:Decrypt and kms:GenerateDataKey.`,
      flags: [
        ['--new-data-keys', 'Encrypt every value and blob again, under new data keys'],
        NO_CREATE_KEY,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['refresh app.yml', 'after the alias moved to another key, or for a psyml manifest'],
        ['refresh app.yml --new-data-keys', 'after someone with access to the old data keys left'],
      ],
      load: () => import('../commands/refresh.ts'),
    },
  ],
};
