import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const MARKER = '<!-- coffer-diff -->';
const [ME, SOMEBODY] = [{ id: 7 }, { id: 8 }];

/** The lines of the example that write the note. */
async function noteScript(): Promise<string> {
  const example = parse(await readFile('examples/ci/gitlab/.gitlab-ci.yml', 'utf8')) as {
    diff: { script: string[] };
  };
  return example.diff.script.at(-1) ?? '';
}

/** Runs them, with GitLab's API in its place, and returns what they changed. */
async function postNote(notes: readonly object[], me: object | null = ME) {
  const changes: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const isUser = url === '/api/v4/user';
    if (method !== 'GET')
      void text(request).then((body) => changes.push(`${method} ${url} ${body}`));
    response.statusCode = isUser && !me ? 401 : 200;
    response.end(JSON.stringify(isUser ? me : notes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { folder } = await createWorkspace({ 'diff.md': 'new' });
  // As GitLab's runner starts a script.
  const { code } = await run('bash', ['-eo', 'pipefail', '-c', await noteScript()], {
    cwd: folder,
    env: {
      CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`,
      CI_PROJECT_ID: '1',
      CI_MERGE_REQUEST_IID: '2',
      API_TOKEN: 'token',
    },
  });
  return { code, changes };
}

const NOTES = '/api/v4/projects/1/merge_requests/2/notes';

test('the example for GitLab updates its own note, and no other', async () => {
  const foreign = { id: 10, author: SOMEBODY, body: `${MARKER}\nno changes` };
  const other = { id: 11, author: ME, body: 'another note' };
  expect(await postNote([foreign, other])).toEqual({
    code: 0,
    changes: [`POST ${NOTES} body=new`],
  });
  const own = { id: 12, author: ME, body: `${MARKER}\nold` };
  expect(await postNote([foreign, other, own])).toEqual({
    code: 0,
    changes: [`PUT ${NOTES}/12 body=new`],
  });
});

test('it writes nothing if it does not know who it is', async () => {
  const { code, changes } = await postNote([], null);
  expect(code).not.toBe(0);
  expect(changes).toEqual([]);
});
