import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { RIGHTS, ROLES } from '../../../../src/access/policy/roles.ts';
import { matches } from '../../../../src/sandbox/wildcards.ts';

interface Row {
  right: string;
  roles: string[];
}

/** Every right of every role, such as `ci: Parameters ssm:PutParameter`. */
function rights(): string[] {
  return ROLES.flatMap((role) => {
    const { may, carries } = RIGHTS[role];
    const found = [
      ...Object.entries(may).flatMap(([scope, actions]) =>
        actions.map((each) => `${scope} ${each}`),
      ),
      ...carries.flatMap(([from, to]) => [`${from} kms:ReEncryptFrom`, `${to} kms:ReEncryptTo`]),
      // In another region, a replica of the file key stands in for it.
      ...carries.flatMap(([from, to]) =>
        from === 'SealedBlobs' && to === 'ObjectKeys' ? ['BlobReplicas kms:ReEncryptFrom'] : [],
      ),
    ];
    return [...new Set(found)].map((right) => `${role}: ${right}`);
  });
}

test('docs/policy.md gives a reason for every right of every role, and lists no other right', async () => {
  const text = await readFile('docs/policy.md', 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` `([\w:*]+)` +\| ([\w, -]*?) *\| \S.*\|$/gm)].map(
    ([, scope, action, roles = '']): Row => ({
      right: `${scope} ${action}`,
      roles: roles.split(', '),
    }),
  );
  const all = rights();
  const documented = all.filter((right) =>
    rows.some((row) => row.roles.some((role) => matches(`${role}: ${row.right}`, right))),
  );
  expect(documented).toEqual(all);
  const promised = rows.flatMap((row) => row.roles.map((role) => `${role}: ${row.right}`));
  expect(promised.filter((each) => !all.some((right) => matches(each, right)))).toEqual([]);
});
