import { expect, test } from 'vitest';
import { git } from '../../src/actions/git.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createRepository } from '../support/repository.ts';
import { createTestHost } from '../support/tools.ts';

test('git configures a clone, says what to do next, and undoes it', async () => {
  const { folder, text } = await createRepository();
  const { host, said } = createTestHost();
  const added = await git({ host }, folder, 'install', ['secrets/*.yml']);
  expect(added.configured).toBe(true);
  expect(added.attributes[0]).toBe('/secrets/*.yml diff=coffer merge=coffer');
  expectReportOf('git', added);
  expect(await text('.gitattributes')).toContain(added.attributes[0]);
  expect(said.notes).toContain('git diff and git merge now run coffer in this clone');
  const removed = await git({ host }, folder, 'uninstall');
  expect(removed).toEqual({ ...added, attributes: removed.attributes });
  expectReportOf('git', removed);
  const error = await failureOf(() => git({ host }, folder, 'uninstall', ['*.yml']));
  expect(error.code).toBe('usage');
});
