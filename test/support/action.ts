import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { startServer } from './bad-server.ts';
import { run } from './cli.ts';
import { readGithubEnv } from './github-runner.ts';
import type { Workspace } from './workspace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Metadata {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: { id?: string; run?: string; env?: Record<string, string> }[] };
}

/** The result of one use of the action. */
export interface ActionOutcome {
  code: number;
  log: string;
  outputs: Record<string, string>;
  summary: string;
}

export interface Comment {
  url: string;
  html_url: string;
  body: string;
  user: { login: string; type: string };
}

/** Uses action.yml as GitHub's runner does: each `run` by bash, with its files and variables. */
export async function useAction(
  workspace: Workspace,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<ActionOutcome> {
  const metadata = parse(
    await readFile(new URL('../../action.yml', import.meta.url), 'utf8'),
  ) as Metadata;
  const values = Object.fromEntries(
    Object.entries(metadata.inputs).map(([name, { default: value = '' }]) => [name, value]),
  );
  for (const [name, value] of Object.entries(inputs)) {
    if (!(name in values)) throw new Error(`action.yml has no input ${name}`);
    values[name] = value;
  }
  await Promise.all(['output', 'summary'].map((name) => workspace.write(`runner/${name}`, '')));
  let code = 0;
  let log = '';
  for (const { run: script, env: wanted = {} } of metadata.runs.steps) {
    if (script === undefined || code !== 0) continue;
    const own = Object.entries(wanted).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => values[input] ?? ''),
    ]);
    const outcome = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: workspace.folder,
      env: {
        HOME: workspace.folder,
        GITHUB_ACTION_PATH: ROOT,
        GITHUB_OUTPUT: workspace.path('runner/output'),
        GITHUB_STEP_SUMMARY: workspace.path('runner/summary'),
        ...env,
        ...(Object.fromEntries(own) as Record<string, string>),
      },
    });
    code = outcome.code;
    log += `${outcome.stdout.toString()}${outcome.stderr}`;
  }
  return {
    code,
    log,
    outputs: readGithubEnv(await workspace.text('runner/output')),
    summary: await workspace.text('runner/summary'),
  };
}

/** GitHub's API for comments on one pull request; `refuse` answers 403 to all writes. */
export async function startGithub(
  comments: Comment[],
  { refuse = false } = {},
): Promise<{ url: string; calls: string[] }> {
  const { url: api, requests } = await startServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const answer = (status: number, content: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(content));
    };
    request.on('end', () => {
      const { pathname, searchParams } = new URL(url, 'http://github');
      if (headers.authorization !== 'Bearer token-1') return answer(401, {});
      if (url === '/user') return answer(403, {});
      if (method === 'GET') {
        const [size, page] = ['per_page', 'page'].map((name) => Number(searchParams.get(name)));
        const from = ((page ?? 1) - 1) * (size ?? 30);
        return answer(200, comments.slice(from, from + (size ?? 30)));
      }
      if (refuse) return answer(403, { message: 'Resource not accessible by integration' });
      const { body } = JSON.parse(Buffer.concat(chunks).toString()) as { body: string };
      const existing = comments.find((comment) => new URL(comment.url).pathname === pathname);
      if (existing) existing.body = body;
      const comment = existing ?? newComment(`http://${headers.host}`, comments.length, body);
      if (!existing) comments.push(comment);
      answer(existing ? 200 : 201, comment);
    });
  });
  return { url: api, calls: requests };
}

export function newComment(
  api: string,
  number: number,
  body: string,
  user = { login: 'github-actions[bot]', type: 'Bot' },
): Comment {
  return {
    user,
    url: `${api}/repos/team/secrets/issues/comments/${number}`,
    html_url: `https://github.example/team/secrets/pull/7#issuecomment-${number}`,
    body,
  };
}
