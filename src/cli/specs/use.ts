import { FORMAT_NAMES } from '../../formats/index.ts';
import { SHELLS } from '../../formats/shell-names.ts';
import { oneOf } from '../unknown.ts';
import { ALLOW_FOREIGN_FOR_OTHERS, STORE } from './flags.ts';
import type { CommandGroup } from './spec.ts';

const FROM = [
  '--from <source>',
  'manifest (default), or aws: the values in AWS now, by manifest or path',
  ['manifest', 'aws'],
] as const;
const ONLY = [
  '--only <name>',
  'Only this parameter; NAME@VERSION with --from aws; repeatable',
] as const;
const NO_BLOBS = ['--no-blobs', 'Leave out values that are or will be in S3'] as const;
const NAMES = [
  '--names <style>',
  "Names of variables: upper, lower, exact, or a pattern such as 'APP_{NAME}' or 'app_{name}'",
] as const;
const PREFIX = ['--prefix <text>', 'Prefix of every variable name'] as const;
const ALLOW_SPECIAL = [
  '--allow-special',
  'Set variables that programs obey, such as PATH',
] as const;

export const USE_COMMANDS: CommandGroup = {
  title: 'Use secrets',
  commands: [
    {
      name: 'exec',
      args: '<...manifests> -- command...',
      summary: 'Run a command with every value in its environment',
      description: `
        Names variables as export does: tls/key-store is TLS_KEY_STORE. Binary and very long values
        become files that only you can read, deleted when the command ends; TLS_KEY_STORE_FILE holds
        the path, COFFER_FILES the folder. --names exact allows names with slashes, dots and dashes,
        which programs can read and shells cannot. Passes signals to the command, and exits with its
        exit code (128 + n for signal n; 127: command not found; 126: cannot run it). Needs
        kms:Decrypt on the file key; with --from aws, the rights of a reader, and for a path without
        --only also ssm:DescribeParameters, to list it.`,
      flags: [
        FROM,
        STORE,
        ONLY,
        NO_BLOBS,
        ALLOW_FOREIGN_FOR_OTHERS,
        NAMES,
        PREFIX,
        ALLOW_SPECIAL,
        ['--pristine', 'Give the command only the secrets, not even PATH or HOME'],
        ['--files <dir>', 'Write binary and very long values to files here, and keep them'],
      ],
      examples: [
        ['exec app.yml -- ./server', 'a server with its secrets in its environment'],
        [
          'exec app.yml --names exact -- java -jar app.jar',
          'sets variables such as spring.datasource.password',
        ],
        [
          'exec /apps/superman/ --from aws --only api_token -- ./server',
          'one secret, with its value in AWS',
        ],
      ],
      noJson: 'standard output belongs to the command',
      load: () => import('../commands/exec.ts'),
    },
    {
      name: 'export',
      aliases: ['dump'],
      aliasFlags: { dump: { name: '--from', value: 'aws' } },
      args: '<...manifests>',
      summary: 'Print every value, for a shell or in another format',
      description: `
        Formats: shell, fish, powershell (lines to source), dotenv, docker (for --env-file), github (into GITHUB_ENV,
        secrets masked), tfvars, json, yaml, k8s (a Secret). Leaves out binary and very long values
        with a warning, or writes them to files with --files. Fails if the format cannot hold a
        text. Needs kms:Decrypt on the file key; with --from aws, the rights of a reader, and for a
        path without --only also ssm:DescribeParameters, to list it.`,
      flags: [
        ['--format <format>', `${oneOf(FORMAT_NAMES)} (default: shell)`, FORMAT_NAMES],
        FROM,
        STORE,
        ONLY,
        NO_BLOBS,
        ALLOW_FOREIGN_FOR_OTHERS,
        NAMES,
        PREFIX,
        ALLOW_SPECIAL,
        [
          '--shell <shell>',
          `The shell that reads --format shell: ${oneOf(SHELLS)}; zsh refuses more names`,
          SHELLS,
        ],
        [
          '--files <dir>',
          'Write values that cannot be variables to files here; export their paths',
        ],
        ['--out-dir <dir>', 'Write each value to its own file here, and print nothing'],
        ['--name <name>', 'Name of the Kubernetes Secret'],
        ['--namespace <namespace>', 'Namespace of the Kubernetes Secret'],
      ],
      examples: [
        ['export app.yml > env.sh', 'lines for bash, dash and zsh to source'],
        ['export app.yml --format fish | source', 'in the current fish'],
        ['export app.yml --format github', 'in a GitHub Actions step, for the steps that follow'],
        ['export app.yml --format dotenv --prefix APP_ > .env', 'API_TOKEN becomes APP_API_TOKEN'],
        [
          'export app.yml --files /run/secrets',
          'also binary values and values too long for a variable',
        ],
        [
          'dump /apps/superman/ --out-dir dump',
          'everything in AWS under the path, one file per value',
        ],
        [
          'export app.yml --from aws --only api_token@3 --format k8s --name app',
          'a Kubernetes Secret of one pinned version',
        ],
      ],
      noJson: '--format json prints the values as JSON',
      load: () => import('../commands/export.ts'),
    },
  ],
};
