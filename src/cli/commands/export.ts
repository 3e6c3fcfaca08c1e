import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { CofferError } from '../../errors.ts';
import { countOf } from '../../formats/count.ts';
import { dockerLine, findDockerFault, LONGEST_DOCKER_LINE } from '../../formats/docker.ts';
import { renderJson, renderYaml } from '../../formats/documents.ts';
import { dotenvLine, findDotenvFault } from '../../formats/dotenv.ts';
import { githubBlock, githubMasks } from '../../formats/github.ts';
import { renderK8sSecret } from '../../formats/k8s.ts';
import { shellExport } from '../../formats/shell.ts';
import { findTfvarsFault, tfvarsLine } from '../../formats/tfvars.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import type { Flags } from '../flags.ts';
import { EXPORT_FORMATS } from '../specs/use.ts';
import { readSecrets, type Secret } from '../../actions/secrets.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { writeValueFiles } from '../../files/value-files.ts';
import {
  assignVariables,
  ENVIRONMENT,
  type Unfit,
  type Variable,
  type VariableRules,
} from '../../formats/variables.ts';

/** Prints secrets in a form. */
type Print = (secrets: readonly Secret[]) => Promise<void>;

/** Forms, each refusing a call that lacks something before any secret is read. */
const FORMATS: Readonly<Record<(typeof EXPORT_FORMATS)[number], (context: Context) => Print>> = {
  shell: variables({ ...ENVIRONMENT, allows: /^[A-Za-z_]\w*$/ }, lines(shellExport)),
  dotenv: variables(
    { ...ENVIRONMENT, allows: /^[\w.-]+$/, findFault: findDotenvFault },
    lines(dotenvLine),
  ),
  docker: variables(
    { ...ENVIRONMENT, limit: LONGEST_DOCKER_LINE, findFault: findDockerFault },
    lines(dockerLine),
  ),
  json: variables({ names: 'exact', allows: /./s }, renderJson),
  yaml: variables({ names: 'exact', allows: /./s }, renderYaml),
  tfvars: variables(
    { names: 'lower', allows: /^[A-Za-z_][\w-]*$/, findFault: findTfvarsFault },
    lines(tfvarsLine),
  ),
  github: exportToGithub,
  k8s: exportToK8s,
};

const VARIABLE_FLAGS = ['names', 'prefix', 'files'];
const K8S_FLAGS = ['name', 'namespace'];

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const format = flags.choice('format', EXPORT_FORMATS) ?? 'shell';
  const folder = flags.string('outDir');
  if (folder === undefined) {
    refuseIdle(flags, format === 'k8s' ? VARIABLE_FLAGS : K8S_FLAGS, `--format ${format}`);
    const print = FORMATS[format](context);
    await print(await readSecrets(context));
  } else {
    refuseIdle(flags, ['format', ...VARIABLE_FLAGS, ...K8S_FLAGS], '--out-dir');
    const secrets = await readSecrets(context);
    const files = secrets.map((secret) => ({ path: secret.name, secret }));
    await writeValueFiles(files, folder);
    terminal.note(`${countOf(secrets.length, 'value')} written to ${folder}`);
  }
  return EXIT.ok;
}

function refuseIdle(flags: Flags, idle: readonly string[], beside: string): void {
  const given = idle.find((name) => flags.list(name).length > 0);
  if (given === undefined) return;
  throw new CofferError('usage', `--${given} does nothing with ${beside}`, {
    hint: 'leave one of them out',
  });
}

function variables(rules: VariableRules, render: (variables: readonly Variable[]) => string) {
  return (context: Context): Print =>
    async (secrets) =>
      context.terminal.write(render(await assignHere(secrets, rules, context)));
}

function lines(renderLine: (name: string, value: string) => string) {
  return (variables: readonly Variable[]) =>
    variables.map(({ variable, value }) => `${renderLine(variable, value)}\n`).join('');
}

/** Variables for the steps that follow in a job of GitHub Actions. */
function exportToGithub(context: Context): Print {
  const file = context.environment['GITHUB_ENV'];
  if (!file) {
    throw new CofferError('usage', '--format github needs GITHUB_ENV, the file of the job', {
      hint: 'it is set in the steps of GitHub Actions',
    });
  }
  return async (secrets) => {
    const variables = await assignHere(secrets, ENVIRONMENT, context);
    const shown = variables.filter(({ secret, isPath }) => secret.isSecret && !isPath);
    await context.terminal.write(shown.map(({ value }) => githubMasks(value)).join(''));
    const blocks = variables.map(({ variable, value }) =>
      githubBlock(variable, value, `coffer-${randomUUID()}`),
    );
    // What an earlier command wrote may lack the end of its line.
    await appendFile(file, `\n${blocks.join('')}`);
  };
}

function exportToK8s({ flags, terminal }: Context): Print {
  const name = flags.string('name');
  if (!name) throw new CofferError('usage', '--format k8s needs --name, the name of the Secret');
  const target = { name, namespace: flags.string('namespace') };
  return async (secrets) => terminal.write(renderK8sSecret(secrets, target));
}

async function assignHere(
  secrets: readonly Secret[],
  rules: VariableRules,
  { flags, terminal }: Context,
): Promise<Variable[]> {
  return assignVariables(secrets, rules, flags, (unfit) => {
    const folder = flags.string('files');
    if (folder === undefined) leaveOut(unfit, terminal);
    return folder;
  });
}

/** Binary and very long values are left out, as psyml did; another text has no excuse. */
function leaveOut(unfit: readonly Unfit[], terminal: Terminal): void {
  const problems = unfit
    .filter(({ isPlain }) => isPlain)
    .map(({ secret: { name, place }, reason }) => ({
      message: `${name}: ${reason}`,
      hint: 'take another --format, write it to a file with --files DIR, or leave it out with --only',
      place,
    }));
  const [first] = problems;
  if (first) throw new CofferError('usage', first.message, { ...first, problems });
  for (const { secret, reason } of unfit) {
    terminal.warn({
      message: `${secret.name} is left out: ${reason}`,
      hint: '--files DIR writes such values to files and exports their paths',
    });
  }
}
