import { describe, expect, test } from 'vitest';
import { buildPolicy } from '../../../../src/access/policy/document.ts';
import { buildKeyPolicy } from '../../../../src/access/policy/key-policy.ts';
import { ROLES } from '../../../../src/access/policy/roles.ts';
import { ACTIONS, isAmong, NOT_IN_KEY_POLICIES, RESOURCES } from './authorization.ts';
import { FILE_KEY, SUBJECTS } from './subjects.ts';

interface Statement {
  Sid: string;
  Action: string | readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What AWS does not support in a statement. */
function faultsOf({ Sid, Action, Resource, Condition = {} }: Statement): string[] {
  const keys = Object.values(Condition).flatMap((each) => Object.keys(each));
  return [Action].flat().flatMap((action) => {
    const support = ACTIONS[action];
    if (!support) return [`${Sid}: ${action} is not in the table`];
    const of = support.resource && RESOURCES[support.resource];
    const resources = [Resource].flat().filter((one) => (of ? !of.arn.test(one) : one !== '*'));
    const known = [...support.conditions, ...(of?.conditions ?? [])];
    const wrong = [...resources, ...keys.filter((name) => !isAmong(name, known))];
    return wrong.map((what) => `${Sid}: ${action} does not support ${what}`);
  });
}

describe.each(ROLES)('the policy for %s', (role) => {
  test('uses only what AWS supports for each action', () => {
    for (const subjects of [SUBJECTS, ...SUBJECTS.map((one) => [one])]) {
      if (role === 'ci-no-decrypt' && subjects === SUBJECTS) continue;
      expect(buildPolicy(role, subjects).Statement.flatMap(faultsOf)).toEqual([]);
    }
  });
});

test('a key policy uses only what KMS accepts in one', () => {
  const principals = ['arn:aws:iam::999999999999:role/deploy'];
  for (const role of ['author', 'author-write-only', 'ci', 'ci-diff', 'admin'] as const) {
    for (const subject of SUBJECTS) {
      const [, ...statements] = buildKeyPolicy([subject], { role, principals }).Statement;
      // It is attached to its key, so its resource is always *.
      expect(statements.map(({ Resource }) => Resource)).toEqual(statements.map(() => '*'));
      const named = statements.map((each) => ({ ...each, Resource: FILE_KEY }));
      expect(named.flatMap(faultsOf)).toEqual([]);
      const keys = statements.flatMap(({ Condition = {} }) =>
        Object.values(Condition).flatMap((each) => Object.keys(each)),
      );
      expect(keys.filter((name) => isAmong(name, NOT_IN_KEY_POLICIES))).toEqual([]);
    }
  }
});
