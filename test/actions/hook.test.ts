import { expect, test } from 'vitest';
import { hook } from '../../src/actions/hook.ts';
import { expectReportOf } from '../support/reports.ts';
import { createRepository } from '../support/repository.ts';
import { createTestHost } from '../support/tools.ts';

test('hook writes the hook of a repository once, and removes it', async () => {
  const { folder } = await createRepository();
  const { host, said } = createTestHost();
  const first = await hook({ host }, folder, 'install');
  expect(first).toEqual({ file: '.git/hooks/pre-commit', changed: true });
  expectReportOf('hook', first);
  expect(await hook({ host }, folder, 'install')).toMatchObject({ changed: false });
  expect(await hook({ host }, folder, 'uninstall')).toMatchObject({ changed: true });
  expect(said.notes).toEqual([
    '.git/hooks/pre-commit written: commits run coffer check --staged',
    '.git/hooks/pre-commit already exists: commits run coffer check --staged',
    'removed .git/hooks/pre-commit',
  ]);
});
