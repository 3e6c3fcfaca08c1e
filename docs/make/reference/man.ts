import { EXIT_CODES, renderUsage, type CommandHelp, type FlagHelp } from '../../../src/cli/help.ts';
import { GROUPS } from '../../../src/cli/index.ts';
import { GLOBAL_FLAGS, HELP_FLAGS } from '../../../src/cli/specs/flags.ts';

const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  [
    'COFFER_KEY_ALIAS, COFFER_KEY_REGION',
    'The file key that encrypt uses, and its region. Without them, PSYML_KEY_ALIAS and PSYML_KEY_REGION, or alias/coffer in the region of the manifest.',
  ],
  ['COFFER_CACHE', 'off: keep no compiled code.'],
  ['VISUAL, EDITOR', 'The editor of coffer edit.'],
  [
    'AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, …',
    'Credentials, region, endpoints and certificates, as the AWS CLI reads them.',
  ],
  [
    'HTTPS_PROXY, HTTP_PROXY, NO_PROXY',
    'The proxy for calls to AWS, and the hosts that need none.',
  ],
  ['NO_COLOR', 'Print without colours.'],
];

const FILES: readonly (readonly [name: string, meaning: string])[] = [
  ['~/.aws/config, ~/.aws/credentials', 'Profiles and credentials of AWS.'],
  ['~/.cache/coffer', 'Compiled code of the commands that have run.'],
  [
    'NAME.blobs/',
    'Encrypted values that SSM cannot hold, beside the manifest NAME.yml. Commit them.',
  ],
];

/** docs/coffer.1, in the macros of man(7). */
export function renderManPage(): string {
  return [
    '.\\" Made by npm run docs from the help of the commands.',
    '.TH COFFER 1 "" coffer "User Commands"',
    '.SH NAME',
    String.raw`coffer \- secrets in git as ciphertext, in AWS as SSM parameters`,
    '.SH SYNOPSIS',
    String.raw`.B coffer`,
    String.raw`.I command`,
    '[arguments] [flags]',
    '.SH DESCRIPTION',
    text(
      'A YAML manifest lists the secrets of one path. coffer encrypt replaces the plaintext with ciphertext that is safe to commit, coffer diff shows how AWS differs from the manifest, and coffer sync writes what differs. Values that SSM cannot hold go to S3.',
    ),
    '.PP',
    text('Data goes to standard output, everything else to standard error.'),
    ...GROUPS.flatMap(({ title, commands }) => [
      `.SH ${text(title.toUpperCase())}`,
      ...commands.flatMap(renderCommand),
    ]),
    '.SH GLOBAL FLAGS',
    ...[...GLOBAL_FLAGS, ...HELP_FLAGS].flatMap(renderFlag),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => tagged(code, meaning)),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, meaning]) => tagged(name, meaning)),
    '.SH FILES',
    ...FILES.flatMap(([name, meaning]) => tagged(name, meaning)),
    '.SH SEE ALSO',
    '.BR git (1),',
    '.BR aws (1)',
    '',
  ].join('\n');
}

function renderCommand(command: CommandHelp): string[] {
  const { name, aliases = [], summary, description, flags, examples } = command;
  return [
    `.SS ${text(name)}`,
    '.B',
    text(renderUsage(command)),
    '.PP',
    text(`${summary}. ${description}`),
    ...(aliases.length > 0 ? ['.PP', text(`Other names: ${aliases.join(', ')}.`)] : []),
    ...flags.flatMap(renderFlag),
    '.PP',
    'Examples:',
    ...examples.flatMap(([call, why]) => tagged(`coffer ${call}`, why)),
  ];
}

function renderFlag([written, what]: FlagHelp): string[] {
  return tagged(written, what);
}

/** A term in bold, and what it means, indented. */
function tagged(term: string, meaning: string): string[] {
  return ['.TP', `.B ${text(term)}`, text(meaning)];
}

/** Plain text on one line: nothing in it is a request or an escape of troff. */
function text(plain: string): string {
  return plain
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll('"', String.raw`\(dq`)
    .replaceAll('`', String.raw`\(ga`)
    .replaceAll('^', String.raw`\(ha`)
    .replaceAll('~', String.raw`\(ti`)
    .replaceAll('…', '...')
    .replace(/^\./, String.raw`\&.`);
}
