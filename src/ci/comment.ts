import { readFile } from 'node:fs/promises';

/** Where to comment. */
interface Thread {
  /** URL of the API. */
  api: string;
  /** URL of the comments. */
  url: string;
  token: string;
}

interface Comment {
  url: string;
  html_url: string;
  body: string;
  user: User | null;
}

interface User {
  login: string;
  type: string;
}

const PER_PAGE = 100;

/** The pull request that started the workflow, if any. */
export async function findThread(
  env: Readonly<Record<string, string | undefined>>,
  token: string,
): Promise<Thread | undefined> {
  const { GITHUB_EVENT_PATH: eventPath, GITHUB_REPOSITORY: repository } = env;
  if (!eventPath || !repository || !token) return undefined;
  const event = JSON.parse(await readFile(eventPath, 'utf8')) as {
    pull_request?: { number: number };
  };
  if (!event.pull_request) return undefined;
  const api = env['GITHUB_API_URL'] ?? 'https://api.github.com';
  const url = `${api}/repos/${repository}/issues/${event.pull_request.number}/comments`;
  return { api, url, token };
}

/**
 * Posts a comment, or updates the one that begins with the same line. Returns its URL.
 * @throws Error with GitHub's answer
 */
export async function postComment(thread: Thread, body: string): Promise<string> {
  const [marker = ''] = body.split('\n', 1);
  const existing = await findComment(thread, marker);
  const written = existing
    ? await request(thread, 'PATCH', existing.url, { body })
    : await request(thread, 'POST', thread.url, { body });
  return (written as Comment).html_url;
}

/** Only its own: the author of another comment could change what reviewers rely on. */
async function findComment(thread: Thread, marker: string): Promise<Comment | undefined> {
  const isOwn = await knowOwn(thread);
  for (let page = 1; ; page++) {
    const url = `${thread.url}?per_page=${PER_PAGE}&page=${page}`;
    const comments = (await request(thread, 'GET', url)) as Comment[];
    const found = comments.find(
      ({ body, user }) => user && isOwn(user) && body.split(/\r?\n/, 1)[0] === marker,
    );
    if (found || comments.length < PER_PAGE) return found;
  }
}

/** A workflow's own token cannot look up its user, which is a bot; people cannot be bots. */
async function knowOwn(thread: Thread): Promise<(user: User) => boolean> {
  try {
    const { login } = (await request(thread, 'GET', `${thread.api}/user`)) as User;
    return (user) => user.login === login;
  } catch {
    return ({ type }) => type === 'Bot';
  }
}

async function request(
  { token }: Thread,
  method: string,
  url: string,
  content?: object,
): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    ...(content && { body: JSON.stringify(content) }),
  });
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status} to ${method} ${url}`);
  return answer.json();
}
