import { STORES } from '../../manifest/model.ts';
import { ENVIRONMENT_COMMANDS } from './environments.ts';
import { DESTINATION_FLAGS, LOCK_TIMEOUT, FILE_KEY_FLAGS, REGIONS, YES } from './flags.ts';
import type { CommandGroup } from './spec.ts';
import { VALUE_COMMANDS } from './values.ts';

export const MANIFEST_COMMANDS: CommandGroup = {
  title: 'Secrets in git',
  commands: [
    {
      name: 'init',
      args: '[file]',
      summary: 'Make a manifest, the list of the secrets of one path',
      description: `
        Asks for the path, region, kmskey, bucket and account, and writes a manifest with comments
        and an example (default: secrets.yml). With --path, --kmskey and a region from --region, the
        environment or the profile, it asks nothing. Writes coffer.schema.json beside it, or at the
        top of the repository, so that editors complete and check manifests, also for people who
        have not installed coffer. In a repository it offers coffer git install and coffer hook
        install. Never overwrites a file. Makes no AWS calls.`,
      flags: [
        ...DESTINATION_FLAGS,
        REGIONS,
        ['--git', 'Also run coffer git install and coffer hook install'],
        ['--no-schema', 'Write no coffer.schema.json'],
      ],
      examples: [
        ['init', 'asks'],
        [
          'init app.yml --path /apps/superman/ --region us-east-1 --kmskey alias/superman',
          'asks nothing',
        ],
      ],
      load: () => import('../commands/init.ts'),
    },
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
        ...FILE_KEY_FLAGS,
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
      args: '<...manifests>',
      summary: 'Print manifests in plaintext, or write them to a folder',
      description: `
        Prints the manifest as it was before encrypt, comments included; the file does not change.
        Long and binary values stay encrypted in it: --value prints one, --json all of them. Prints
        several manifests one after the other, as YAML documents that begin with the file's name.
        With --out-dir it writes each at its path below this folder, for you alone to read. If one
        cannot be decrypted, it does the others and exits 4. Needs kms:Decrypt on the file key, one
        call per data key.`,
      flags: [
        ['--value <name>', 'Print only the value of this parameter, byte for byte'],
        ['--out-dir <dir>', 'Write each manifest to a file here, and print nothing'],
        ['--overwrite', 'Replace files that are in --out-dir already'],
      ],
      examples: [
        ['decrypt app.yml', 'to read or compare it'],
        ['decrypt */app.yml --out-dir /dev/shm/plain', 'several, each in a file of its own'],
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
        edited text is invalid, you can edit it again. Asks before a secret becomes readable, because
        its type is another now. If someone else changed the manifest in the
        meantime, coffer saves your edit as FILE.edited, encrypted. Needs kms:Decrypt and
        kms:GenerateDataKey on the file key.`,
      flags: [YES, ...FILE_KEY_FLAGS, LOCK_TIMEOUT],
      examples: [
        ['edit app.yml', 'unchanged values keep their ciphertext'],
        ['edit new.yml', 'creates a manifest from a template'],
      ],
      load: () => import('../commands/edit.ts'),
    },
    ...VALUE_COMMANDS,
    {
      name: 'move',
      args: '<manifest> [...names]',
      summary: 'Move a manifest, or rename a parameter, ciphertext included',
      description: `
        Ciphertext is bound to its name and to the path, region, kmskey, account and secret of its file,
        so that none of them can be changed by hand. This changes them in one step: values are
        decrypted and encrypted again, for another destination under a new data key; KMS re-encrypts the
        data keys of blobs. With two names, it renames a parameter. AWS keeps what it has. Needs
        kms:Decrypt, kms:GenerateDataKey and kms:ReEncrypt* on the file key.`,
      flags: [
        ['--path <path>', 'The new prefix of every name'],
        ['--regions <regions>', 'The new regions, separated by commas'],
        ['--kmskey <key>', 'The new key of what is stored in AWS'],
        ['--bucket <bucket>', 'The new bucket'],
        ['--account <account>', 'The new account'],
        ['--store <store>', 'The new store: ssm or secretsmanager', STORES],
        ['--secret <name>', 'The secret in Secrets Manager that is to hold all values'],
        ...FILE_KEY_FLAGS,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['move app.yml --path /apps/new/', 'the same secrets under another path'],
        ['move app.yml --region eu-west-1 --bucket secrets-eu', 'in another region'],
        [
          "move app.yml --regions us-east-1,eu-west-1 --bucket 'secrets-{region}'",
          'in one more region',
        ],
        [
          'move app.yml --store secretsmanager --secret prod/app',
          'from SSM into one JSON secret; coffer sync then writes it',
        ],
        ['move app.yml token api/token', 'another name for one parameter'],
      ],
      load: () => import('../commands/move.ts'),
    },
    {
      name: 'copy',
      args: '<manifest> <...names>',
      summary: 'Copy parameters into another manifest, encrypted for it',
      description: `
        The last word is the manifest that takes the parameters, with all their fields but file:.
        Their values are decrypted, and encrypted under its data key. Refuses a name that it
        already has. Needs kms:Decrypt on the file key of the first, and kms:GenerateDataKey on that
        of the other.`,
      flags: [...FILE_KEY_FLAGS, LOCK_TIMEOUT],
      examples: [
        ['copy staging.yml api_token prod.yml', 'one parameter'],
        ['copy app.yml tls/key tls/cert other.yml', 'several'],
      ],
      load: () => import('../commands/copy.ts'),
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
        ...FILE_KEY_FLAGS,
        LOCK_TIMEOUT,
      ],
      examples: [
        ['refresh app.yml', 'after the alias moved to another key, or for a psyml manifest'],
        ['refresh app.yml --new-data-keys', 'after someone with access to the old data keys left'],
      ],
      load: () => import('../commands/refresh.ts'),
    },
    {
      name: 'recovery',
      args: '<add|remove|list|restore> <...manifests>',
      summary: 'Let others open manifests when their file key cannot be used',
      description: `
        add takes manifests and recipients in any order: ARNs of KMS keys in other regions or
        accounts, and age recipients (age1…), which need no AWS. It wraps every data key for them.
        remove encrypts every value again under new data keys, and names the secrets to change.
        list shows who can open what. restore encrypts everything under the key that the file key's
        alias names today, opened by recovery if the old one cannot be used. Each asks first. Takes
        kms:Decrypt, kms:GenerateDataKey and kms:ReEncrypt* on the file key, and kms:Encrypt on the
        recipients' keys; list needs nothing.`,
      flags: [YES, ...FILE_KEY_FLAGS, LOCK_TIMEOUT],
      examples: [
        [
          'recovery add app.yml age1q7wgzulv8n24jfnz7u2z44at7qf7xzxfev04mrlshm3vuz9fa9fs3m6lnn',
          'somebody with an age identity in a safe',
        ],
        ['recovery list *.yml', 'who can open what, and what is missing'],
        [
          'recovery restore app.yml --identity safe.txt',
          'on the bad day: under a new file key; see docs/recovery.md',
        ],
      ],
      load: () => import('../commands/recovery.ts'),
    },
    ...ENVIRONMENT_COMMANDS,
  ],
};
