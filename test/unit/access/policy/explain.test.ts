import { expect, test } from 'vitest';
import { buildPolicy } from '../../../../src/access/policy/document.ts';
import { explain } from '../../../../src/access/policy/explain.ts';
import { ROLES } from '../../../../src/access/policy/roles.ts';
import { SUBJECTS } from './subjects.ts';

test.each(ROLES)('every statement of %s has a command that fails without it', (role) => {
  for (const subject of SUBJECTS) {
    const unexplained = explain(role, buildPolicy(role, [subject])).filter(
      ({ without }) => without.length === 0,
    );
    expect(unexplained.map(({ sid }) => sid)).toEqual([]);
  }
});

test('numbers of statements do not matter, and the aliases of keys are told', () => {
  const document = buildPolicy('ci', SUBJECTS);
  const explained = explain('ci', document);
  expect(explained.map(({ sid }) => sid)).toContain('SealedValues2');
  expect(explained.every(({ without }) => without.length > 0)).toBe(true);
  const secrets = explained.filter(({ sid }) => sid.startsWith('Secrets'));
  expect(secrets.flatMap(({ aliases }) => aliases)).toContain('alias/three');
});
