import { FORMAT_NAMES } from '../../formats/index.ts';
import { oneOf } from '../unknown.ts';
import type { CommandGroup } from './spec.ts';

const FROM = [
  '--from <source>',
  'manifest (default), or aws: what is there now, by manifest or path',
  ['manifest', 'aws'],
] as const;
const ONLY = [
  '--only <name>',
  'This one alone, with --from aws also NAME@VERSION; may be repeated',
] as const;
const NO_BLOBS = ['--no-blobs', 'Leave out values that are in S3 or go there'] as const;
const NAMES = [
  '--names <style>',
  "Of variables: upper, lower, exact, or a pattern such as 'APP_{NAME}' or 'app_{name}'",
] as const;
const PREFIX = ['--prefix <text>', 'Put this before the name of every variable'] as const;

export const USE_COMMANDS: CommandGroup = {
  title: 'Secrets at work',
  commands: [
    {
      name: 'exec',
      args: '<...manifests> -- command...',
      summary: 'Run a command with every value in its environment',
      description: `
        Variables are called as export calls them: tls/key-store is TLS_KEY_STORE. Binary and very
        long values are files, readable by you alone and gone when the command ends;
        TLS_KEY_STORE_FILE has the path, COFFER_FILES the folder. --names exact allows names with
        slashes, dots and dashes, which programs can read and shells cannot. Signals reach the
        command, and its exit code is that of exec (128 + n for signal n; 127: there is no such
        command, 126: it cannot be run). Takes kms:Decrypt on the file key.`,
      flags: [
        FROM,
        ONLY,
        NO_BLOBS,
        NAMES,
        PREFIX,
        ['--pristine', 'Give the command nothing but the secrets, neither PATH nor HOME'],
        ['--files <dir>', 'Write binary and very long values to files here, and keep them'],
      ],
      examples: [
        ['exec app.yml -- ./server', 'the server finds its secrets in its environment'],
        ['exec app.yml --names exact -- java -jar app.jar', 'with spring.datasource.password'],
        [
          'exec /apps/superman/ --from aws --only api_token -- ./server',
          'one secret, as AWS has it',
        ],
      ],
      noJson: 'standard output is that of the command',
      load: () => import('../commands/exec.ts'),
    },
    {
      name: 'export',
      args: '<...manifests>',
      summary: 'Print every value, for a shell or in another format',
      description: `
        Formats: shell (lines to be sourced), dotenv, docker (for --env-file), github (into
        GITHUB_ENV, secrets masked), tfvars, json, yaml, k8s (a Secret). Binary and very long
        values are left out with a warning, or written to files with --files. A text that a format
        cannot hold is an error. Takes kms:Decrypt on the file key.`,
      flags: [
        ['--format <format>', `${oneOf(FORMAT_NAMES)} (default: shell)`, FORMAT_NAMES],
        FROM,
        ONLY,
        NO_BLOBS,
        NAMES,
        PREFIX,
        ['--files <dir>', 'Write what cannot be a variable to files here; export their paths'],
        ['--out-dir <dir>', 'Write every value to a file of its own here, and print nothing'],
        ['--name <name>', 'Name of the Kubernetes Secret'],
        ['--namespace <namespace>', 'Its namespace'],
      ],
      examples: [
        ['export app.yml > env.sh', 'lines that bash, dash and zsh source'],
        ['export app.yml --format github', 'in a step of GitHub Actions, for those that follow'],
        ['export app.yml --format dotenv --prefix APP_ > .env', 'API_TOKEN becomes APP_API_TOKEN'],
        ['export app.yml --files /run/secrets', 'also what is binary or too long for a variable'],
        ['export /apps/superman/ --from aws --out-dir dump', 'all that AWS has there, a file each'],
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
