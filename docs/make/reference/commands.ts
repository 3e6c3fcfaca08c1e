import { EXIT_CODES, renderUsage, type CommandHelp, type FlagHelp } from '../../../src/cli/help.ts';
import { GROUPS } from '../../../src/cli/index.ts';
import { GLOBAL_FLAGS } from '../../../src/cli/specs/flags.ts';
import { asCode, inCell, inMarkdown, table } from './markdown.ts';

const INTRODUCTION = `# Commands

Every command with its flags and examples. \`coffer help sync\` shows the same for one command. This page
is made from the help, and so is the man page (\`man coffer\`).
`;

/** docs/commands.md. */
export function renderCommandsPage(): string {
  const index = GROUPS.map(({ title, commands }) => [
    title,
    commands.map(({ name }) => `[${name}](#${name})`).join(', '),
  ]);
  return [
    INTRODUCTION,
    table(['subject', 'commands'], index),
    ...GROUPS.flatMap(({ title, commands }) => [`## ${title}`, ...commands.map(renderCommand)]),
    '## Global flags',
    flagTable(GLOBAL_FLAGS),
    '## Exit codes',
    table(['exit code', 'meaning'], EXIT_CODES),
    '[errors.md](errors.md) says what failures mean, and how to mend them.',
  ].join('\n\n');
}

function renderCommand(command: CommandHelp): string {
  const { name, aliases = [], summary, description, flags, examples } = command;
  return [
    `### ${name}`,
    `**${inMarkdown(summary)}.**`,
    `\`\`\`text\n${renderUsage(command)}\n\`\`\``,
    inMarkdown(description),
    ...(aliases.length > 0 ? [`Other names: ${aliases.map(asCode).join(', ')}.`] : []),
    ...(flags.length > 0 ? [flagTable(flags)] : []),
    'Examples:',
    examples.map(([call, why]) => `- ${asCode(`coffer ${call}`)}: ${inMarkdown(why)}`).join('\n'),
  ].join('\n\n');
}

function flagTable(flags: readonly FlagHelp[]): string {
  const rows = flags.map(([written, what]) => [
    asCode(written).replaceAll('|', String.raw`\|`),
    inCell(what),
  ]);
  return table(['flag', 'meaning'], rows);
}
