import { expect, test } from 'vitest';
import { CLI, run } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

/** What finds its way in different ways: by git, by a file, by a new file's folder, by a manifest. */
const CALLS = [
  'check',
  'put -p a/b -b superman-secrets -k alias/superman -f data --region us-east-1',
  'import .env --into new.yml',
  'textconv app.yml',
];

test('a current folder that was deleted is named as the reason', async () => {
  const { folder } = await createWorkspace({});
  const script = `mkdir gone; cd gone; rmdir ../gone
    ${CALLS.map((call) => `"$0" "$1" ${call} || echo $?`).join('\n')}`;
  const { stdout, stderr } = await run('sh', ['-c', script, process.execPath, CLI], {
    cwd: folder,
  });
  expect(stdout.toString()).toBe('2\n'.repeat(CALLS.length));
  const lines = stderr.split('\n').filter((line) => !line.includes('hint:') && line !== '');
  expect(lines).toEqual(
    CALLS.map(() => 'coffer: error: the current folder does not exist any more'),
  );
});
