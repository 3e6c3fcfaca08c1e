import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createReader, faultsOf, runPage } from '../support/docs/run-page.ts';
import { createWorkspace } from '../support/workspace.ts';

test('the commands of README run, and print what it shows', async () => {
  const root = await createWorkspace();
  await createReader(root);
  const ran = await runPage(root, await readFile('README.md', 'utf8'));
  expect(faultsOf('README.md', ran).join('\n')).toBe('');
});

test('a page that shows something else, or a command that fails, is caught', async () => {
  const root = await createWorkspace();
  await createReader(root);
  const page = `
<!-- file: app.yml -->

\`\`\`yaml
path: /app/
region: us-east-1
parameters:
  - { name: one, type: String, value: 1 }
\`\`\`

\`\`\`console
$ coffer check app.yml
1 manifest, no problems
$ coffer check app.yml
2 manifests, no problems
$ coffer check missing.yml
coffer: error: …
…
$ coffer check missing.yml
…
\`\`\`

\`\`\`sh
coffer check missing.yml; true
\`\`\`
`;
  const faults = faultsOf('page.md', await runPage(root, page));
  expect(faults.map((fault) => fault.split('\n')[0])).toEqual([
    'page.md:14: coffer check app.yml',
    'page.md:19: coffer check missing.yml',
    'page.md:23: coffer check missing.yml; true',
  ]);
});
