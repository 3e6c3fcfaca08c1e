import { expect, test } from 'vitest';
import { coffer } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

test('names a file that it cannot read for a value', async () => {
  const { folder } = await createWorkspace({
    'a folder/x': '',
    'app.yml': `path: /app/
region: us-east-1
kmskey: alias/app
parameters:
  - {name: a, type: SecureString, value: x}
`,
  });
  const call = ['set', 'app.yml', 'a', '--from-file', 'a folder'];
  const { code, stderr } = await coffer(call, { cwd: folder });
  expect(stderr).toMatch(/^coffer: error: cannot read a folder: it is a folder\n {2}hint: /);
  expect(code).toBe(2);
});
