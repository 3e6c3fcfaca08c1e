import { chmod, readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CLI, run } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const PAGE = await readFile('docs/recipes.md', 'utf8');

/** Values that are not secrets need no AWS. */
const MANIFEST = `path: /app/
region: us-east-1
parameters:
  - {name: api_token, type: String, value: "it's $here"}
  - {name: log/level, type: String, value: info}
`;

const PRINT = '#!/bin/sh\necho "$0 $* $API_TOKEN $LOG_LEVEL"\n';

/** The first block of a section in a language. */
function block(title: string, language: string): string {
  const [, section = ''] = PAGE.split(`\n## ${title}\n`);
  const [, text] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(section) ?? [];
  if (text === undefined) throw new Error(`docs/recipes.md has no ${language} for ${title}`);
  return text;
}

/** A folder with a manifest, programs that print what they get, and coffer on PATH. */
async function createFolder(files: Readonly<Record<string, string>> = {}) {
  const programs = {
    'bin/coffer': `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`,
    'bin/docker': PRINT,
    deploy: PRINT,
    server: PRINT,
    test: PRINT,
  };
  const app = await createWorkspace({ 'app.yml': MANIFEST, ...programs, ...files });
  for (const name of Object.keys(programs)) await chmod(app.path(name), 0o755);
  const env = {
    HOME: app.folder,
    PATH: [app.path('bin'), process.env['PATH']].join(delimiter),
  };
  return {
    ...app,
    shell: async (script: string, more: Readonly<Record<string, string>> = {}) => {
      const words = ['-e', '-c', script];
      const outcome = await run('bash', words, { cwd: app.folder, env: { ...env, ...more } });
      expect(outcome.code, outcome.stderr).toBe(0);
      return outcome.stdout.toString();
    },
  };
}

const VALUES = "it's $here info\n";

test('direnv', async () => {
  const { shell } = await createFolder({ '.envrc': block('direnv', 'bash') });
  const direnv = 'watch_file() { test -e "$1"; }; source ./.envrc; ./server';
  expect(await shell(direnv)).toBe(`./server  ${VALUES}`);
});

test('Docker Compose', async () => {
  const { shell, path } = await createFolder();
  const { services } = parse(block('Docker Compose', 'yaml')) as {
    services: Record<string, { environment: string[] }>;
  };
  expect(services['app']?.environment).toEqual(['API_TOKEN', 'LOG_LEVEL']);
  const said = await shell(block('Docker Compose', 'sh'));
  expect(said).toBe(`${path('bin/docker')} compose up --detach ${VALUES}`);
});

test('make', async () => {
  const { shell } = await createFolder({ Makefile: block('make', 'make') });
  expect(await shell('make deploy')).toBe(`./deploy  ${VALUES}`);
  expect(await shell('make -n plan')).toBe('coffer diff app.yml\n');
});

test('npm scripts', async () => {
  const { shell } = await createFolder({
    'package.json': block('npm scripts', 'json'),
    'server.js': 'console.log(process.env.API_TOKEN, process.env.LOG_LEVEL)',
  });
  expect(await shell('npm start --silent')).toBe(VALUES);
});

test('systemd: the service starts what it says, in its folder', async () => {
  const { shell } = await createFolder();
  const unit = block('systemd', 'ini');
  for (const line of unit.split('\n').filter(Boolean)) {
    expect(line).toMatch(/^(?:\[(?:Unit|Service|Install)\]|[A-Z][A-Za-z]+=\S.*)$/);
  }
  const [, start = ''] = /^ExecStart=(\/.*)$/m.exec(unit) ?? [];
  // systemd starts no shell: words are split at blanks.
  expect(start).not.toMatch(/["'$%;|&<>]/);
  expect(await shell(start)).toBe(`./server  ${VALUES}`);
});

interface Job {
  steps: { run?: string; uses?: string }[];
}

test('GitHub Actions: a later step has the values', async () => {
  const { shell, text } = await createFolder({ 'github.env': '' });
  const { jobs } = parse(block('GitHub Actions', 'yaml')) as { jobs: Record<string, Job> };
  const steps = jobs['test']?.steps.flatMap((step) => step.run ?? []) ?? [];
  expect(steps).toHaveLength(2);
  const [first = '', second = ''] = steps;
  await shell(first, { GITHUB_ENV: 'github.env', GITHUB_ACTIONS: 'true' });
  const entries = (await text('github.env')).matchAll(/^(\w+)<<(\S+)\n([^]*?)\n\2$/gm);
  const variables = Object.fromEntries(
    [...entries].map(([, name = '', , value = '']) => [name, value]),
  );
  expect(await shell(second, variables)).toBe(`./test  ${VALUES}`);
});

test('GitLab', async () => {
  const { shell } = await createFolder();
  const { test: job } = parse(block('GitLab', 'yaml')) as { test: { script: string[] } };
  expect(await shell(job.script.join('\n'))).toBe(`./test  ${VALUES}`);
});
