import { NO_CREATE_KEY } from './flags.ts';
import type { CommandGroup } from './spec.ts';

export const MANIFEST_COMMANDS: CommandGroup = {
  title: 'Secrets in git',
  commands: [
    {
      name: 'encrypt',
      args: '<...manifests>',
      summary: 'Seal the secrets of manifests, so that they can be committed',
      flags: [
        ['--reseal <name>', 'Seal the file of this parameter again, whatever is there'],
        NO_CREATE_KEY,
      ],
      examples: ['encrypt app.yml', 'encrypt *.yml', 'encrypt app.yml --reseal tls/keystore'],
      load: () => import('../encrypt.ts'),
    },
    {
      name: 'decrypt',
      args: '<manifest>',
      summary: 'Print a manifest in plaintext',
      flags: [['--value <name>', 'Print the value of this parameter alone, byte for byte']],
      examples: ['decrypt app.yml', 'decrypt app.yml --value tls/keystore > keystore.jks'],
      load: () => import('../decrypt.ts'),
    },
    {
      name: 'set',
      args: '<manifest> <name>',
      summary: 'Put one value into a manifest, from stdin, a prompt or a file',
      flags: [
        ['--type <type>', 'Of a new parameter: SecureString (default), String or StringList'],
        ['--description <text>', 'Of a new parameter'],
        ['-f, --from-file <file>', 'Take the bytes of this file as they are'],
        [
          '--keep-newline',
          'Keep the last line break of standard input, which is dropped otherwise',
        ],
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
      load: () => import('../set.ts'),
    },
    {
      name: 'unset',
      args: '<manifest> <...names>',
      summary: 'Take parameters out of a manifest (sync --prune: out of AWS too)',
      flags: [],
      examples: ['unset app.yml api_token', 'unset app.yml api_token tls/keystore'],
      load: () => import('../unset.ts'),
    },
    {
      name: 'rotate',
      args: '<manifest> [...names]',
      summary: 'Make new values for parameters with generate:',
      flags: [['--all', 'All parameters with generate:'], NO_CREATE_KEY],
      examples: ['rotate app.yml db/password', 'rotate app.yml --all'],
      load: () => import('../rotate.ts'),
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
      load: () => import('../refresh.ts'),
    },
  ],
};
