import { expect, test } from 'vitest';
import { check, describeFindings, summarizeFindings } from '../../src/actions/check.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createRepository, sealedManifest } from '../support/repository.ts';

const PLAIN = '  - {name: open, type: SecureString, value: plaintext}\n';

test("check reports the problems of a folder's manifests with their places", async () => {
  const { folder } = await createRepository({ 'app.yml': sealedManifest(PLAIN) });
  const findings = await check(folder, []);
  expect(findings).toMatchObject({
    files: 1,
    problems: [{ place: { file: 'app.yml', line: 10 } }],
    warnings: [],
  });
  expect(summarizeFindings(findings)).toBe('1 manifest, 1 problem');
  const report = describeFindings(findings);
  expect(report.problems[0]).toMatchObject({ file: 'app.yml', line: 10 });
  expectReportOf('check', report);
});

test('check with staged looks only at what is staged', async () => {
  const repository = await createRepository({ 'app.yml': sealedManifest('') });
  await repository.git('add', 'app.yml');
  await repository.write('app.yml', sealedManifest(PLAIN));
  const options = { staged: true };
  const findings = await check(repository.folder, [], options);
  expect(summarizeFindings(findings, options)).toBe('1 staged manifest, no problems');
  const error = await failureOf(() => check(repository.folder, ['app.yml'], options));
  expect(error).toMatchObject({ code: 'usage' });
});
