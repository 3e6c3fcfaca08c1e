import { describe, expect, test } from 'vitest';
import { useAction, newComment, startGithub, type Comment } from '../support/action.ts';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const stored = storedIn(aws);
const SECRET = createCanary();

/** A repository with an encrypted manifest, in a job of a pull request. */
async function createJob(comments: Comment[] = [], options: { refuse?: boolean } = {}) {
  const app = await createScene(aws, secret('token', SECRET) + secret('other', `${SECRET}2`));
  await app.succeed(['encrypt', 'app.yml']);
  await app.write('secrets/team one/app.yml', await app.text('app.yml'));
  await app.write('event.json', JSON.stringify({ action: 'opened', pull_request: { number: 7 } }));
  const github = await startGithub(comments, options);
  const env = {
    ...aws.env,
    GITHUB_API_URL: github.url,
    GITHUB_REPOSITORY: 'team/secrets',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: app.path('event.json'),
  };
  const use = (inputs: Readonly<Record<string, string>>, more: Record<string, string> = {}) =>
    useAction(
      app,
      { manifests: 'secrets/**/*.yml\n', token: 'token-1', ...inputs },
      { ...env, ...more },
    );
  return { ...app, github, use };
}

describe('diff', () => {
  test('comments on the pull request once, and updates that comment from then on', async () => {
    const comments: Comment[] = [];
    const job = await createJob(comments);
    // More than a page of comments, in which a person imitates the bot.
    const person = { login: 'mallory', type: 'User' };
    for (let i = 0; i < 120; i++) {
      comments.push(newComment(job.github.url, i, `<!-- coffer-diff -->\nremark ${i}`, person));
    }

    const first = await job.use({ mode: 'diff' });
    expect(first.code, first.log).toBe(0);
    expect(first.outputs).toEqual({
      changed: 'true',
      counts: expect.any(String) as string,
      'comment-url': 'https://github.example/team/secrets/pull/7#issuecomment-120',
    });
    expect(JSON.parse(first.outputs['counts'] ?? '')).toMatchObject({ create: 2, update: 0 });
    expect(comments).toHaveLength(121);
    expect(comments[120]?.body).toMatch(/^<!-- coffer-diff -->\n\n\*\*coffer\*\*: 2 to create/);
    expect(first.summary).toContain('`secrets/team one/app.yml`');
    expect(first.log).toContain(`secrets/team one/app.yml → ${job.prefix}`);
    expectHidden(SECRET, {
      log: first.log,
      summary: first.summary,
      body: comments[120]?.body ?? '',
    });

    await job.succeed(['sync', 'app.yml', '--yes']);
    const second = await job.use({ mode: 'diff' });
    expect(second.outputs).toMatchObject({ changed: 'false' });
    expect(comments).toHaveLength(121);
    expect(comments[120]?.body).toContain('no difference');
    expect(job.github.calls.filter((call) => !call.startsWith('GET'))).toEqual([
      'POST /repos/team/secrets/issues/7/comments',
      'PATCH /repos/team/secrets/issues/comments/120',
    ]);
  });

  test('distinguishes the comments of two steps by their keys', async () => {
    const comments: Comment[] = [];
    const job = await createJob(comments);
    for (const key of ['eu', 'us', 'eu']) await job.use({ mode: 'diff', 'comment-key': key });
    expect(comments.map(({ body }) => body.split('\n')[0])).toEqual([
      '<!-- coffer-diff: eu -->',
      '<!-- coffer-diff: us -->',
    ]);
  });

  test('warns and continues for a fork, which may not comment', async () => {
    const job = await createJob([], { refuse: true });
    const { code, log, outputs } = await job.use({ mode: 'diff' });
    expect(code).toBe(0);
    expect(outputs).toMatchObject({ changed: 'true' });
    expect(log).toMatch(/^::warning::cannot comment on the pull request: GitHub answered 403/m);
  });

  test('fails on a difference in a schedule if requested, and does not comment', async () => {
    const job = await createJob();
    await job.write('event.json', JSON.stringify({ schedule: '0 5 * * *' }));
    const drift = { mode: 'diff', 'fail-on-difference': 'true' };
    expect((await job.use(drift)).code).toBe(3);
    await job.succeed(['sync', 'app.yml', '--yes']);
    expect((await job.use(drift)).code).toBe(0);
    expect(job.github.calls).toEqual([]);
  });
});

test('sync writes, counts, and passes flags on', async () => {
  const job = await createJob();
  await stored.put(`${job.prefix}old`, 'x');
  const { code, outputs, summary, log } = await job.use({
    mode: 'sync',
    flags: '--prune-tags\n--only\ntoken\n',
  });
  expect(code, log).toBe(0);
  expect(outputs).toEqual({ changed: 'true', counts: '{"done":1,"failed":0,"left":0}' });
  expect(summary).toContain(`| written | \`${job.prefix}token\` |`);
  expect(await stored.values(job.prefix)).toEqual({ token: SECRET, old: 'x' });
  expectHidden(SECRET, { log, summary });
});

test('check shows each problem at its line, and finds manifests by itself', async () => {
  const job = await createJob();
  await job.write(
    'secrets/plain.yml',
    (await job.text('app.yml')).replace(/ENC\[[^\]]*\]/, SECRET),
  );
  const { code, outputs, log } = await job.use({ mode: 'check', manifests: '' });
  expect(code).toBe(3);
  expect(outputs).toEqual({ changed: 'true', counts: '{"problems":1}' });
  expect(log).toMatch(/^::error file=secrets\/plain\.yml,line=\d+,col=\d+::/m);
  expectHidden(SECRET, { log });
});

test('check takes --allow-file, as on the command line', async () => {
  const job = await createJob();
  await job.write(
    'repo/app.yml',
    (await job.text('app.yml')) + '  - {name: up, type: String, file: ../up.txt}\n',
  );
  await job.write('up.txt', 'one level up');
  const inputs = { mode: 'check', manifests: 'repo/app.yml' };
  expect((await job.use(inputs)).log).toContain('is outside of its folder');
  const { code, log } = await job.use({ ...inputs, flags: '--allow-file=up.txt' });
  expect(code, log).toBe(0);
});

test('does not let the runner take a name for a command', async () => {
  const workspace = await createWorkspace({ 'x\n::error::forged.yml': 'path: 3\n' });
  const { code, log } = await useAction(workspace, { manifests: '*.yml', mode: 'diff' }, {});
  expect(code).toBe(2);
  // coffer escapes the line break, and the runner ignores commands in its output.
  expect(log).not.toMatch(/^::error::forged/m);
  expect(log).toMatch(/^::stop-commands::(.+)\n[^]*x\\u\{a\}::error::forged\.yml:1:[^]*^::\1::\n/m);
  const heard = log.replace(/^::stop-commands::(.+)\n[^]*?^::\1::\n/m, '');
  expect(heard).not.toContain('x\\u{a}');
  // The problem is shown at its place.
  expect(heard).toMatch(/^::error file=x%0A.*forged\.yml,line=1,col=7::/m);
});

test.each(['check', 'diff', 'sync'])(
  '%s refuses patterns and names that match nothing, before it calls AWS',
  async (mode) => {
    const workspace = await createWorkspace({ 'dev/app.yml': 'path: 3\n' });
    const manifests = 'dev/*.yml\nprod/*.yml\nstaging/**/*.yml\nother.yml\n';
    const { code, log, outputs } = await useAction(workspace, { manifests, mode }, {});
    expect(code).toBe(2);
    expect(outputs).toEqual({});
    expect(log.match(/^::error.*$/gm)).toEqual([
      '::error::no file matches prod/*.yml',
      '::error::no file matches staging/**/*.yml',
      '::error::no file matches other.yml',
    ]);
  },
);

test('refuses an impossible step with one message', async () => {
  const workspace = await createWorkspace({ 'app.yml': '' });
  for (const [inputs, message] of [
    [{ mode: 'difff' }, /^::error::mode is "difff", not one of/m],
    [{ mode: 'sync', manifests: '' }, /^::error::the input manifests is empty, and sync needs it/m],
    [{ mode: 'diff', comment: 'yes' }, /^::error::comment is "yes"/m],
  ] as const) {
    const { code, log } = await useAction(workspace, { manifests: '*.yml', ...inputs }, {});
    expect(code).toBe(2);
    expect(log).toMatch(message);
    expect(log).not.toMatch(/^ {4}at /m);
  }
});
