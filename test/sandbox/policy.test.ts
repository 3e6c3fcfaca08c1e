import { beforeAll, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../src/access/policy/roles.ts';
import { parsePolicy } from '../../src/sandbox/iam/document.ts';
import { decide, type Question } from '../../src/sandbox/iam/policies.ts';
import { createStages, type Step } from './policy-stage.ts';
import { buildStates, JOBS, TRESPASSES } from './policy-steps.ts';

interface Policy {
  Version: string;
  Statement: { Sid: string; Action: string[] }[];
}

const stages = await createStages();
const policies = new Map<Role, Policy>();
/** A removal that made a step fail for one role is not tried for another. */
const proven = new Set<string>();

beforeAll(async () => {
  await buildStates(stages);
  for (const role of ROLES) policies.set(role, await print(role));
}, 120_000);

async function print(role: Role): Promise<Policy> {
  const args = ['policy', ...JOBS[role].manifests, '--for', role];
  const { outcome } = await stages.run({ name: 'policy', from: 'bare', args }, ALLOW_NOTHING);
  expect(outcome.code, outcome.stderr).toBe(0);
  return JSON.parse(outcome.stdout.toString()) as Policy;
}

/** Printing a policy asks AWS nothing. */
const ALLOW_NOTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
};

function policyOf(role: Role): Policy {
  const policy = policies.get(role);
  if (!policy) throw new Error(`there is no policy for ${role}`);
  return policy;
}

describe.each(ROLES)('%s', (role) => {
  const asked = new Map<Step, Question[]>();

  test('may do what its role does', { timeout: 120_000 }, async () => {
    const failed: string[] = [];
    for (const step of JOBS[role].steps) {
      const result = await stages.run(step, policyOf(role));
      if (result.outcome.code === 0) asked.set(step, result.asked);
      else failed.push(`${step.name}: ${result.outcome.stderr}`);
    }
    expect(failed).toEqual([]);
  });

  test('needs every action of its policy', { timeout: 120_000 }, async () => {
    const superfluous: string[] = [];
    for (const { what, policy } of removals(policyOf(role))) {
      const steps = JOBS[role].steps.filter((step) => isMissed(asked.get(step) ?? [], policy));
      if (await isNeeded(what, policy, steps)) continue;
      superfluous.push(`${what}, tried: ${steps.map(({ name }) => name).join(', ')}`);
    }
    expect(superfluous).toEqual([]);
  });

  /** Whether something is no longer allowed. */
  function isMissed(questions: readonly Question[], reduced: Policy): boolean {
    const [before, after] = [policyOf(role), reduced].map((policy) => parsePolicy(policy));
    return questions.some(
      (question) =>
        decide(before ?? [], question) === 'allowed' && decide(after ?? [], question) !== 'allowed',
    );
  }
});

/** Whether a step fails under the policy that lacks `what`. */
async function isNeeded(what: string, policy: Policy, steps: readonly Step[]): Promise<boolean> {
  for (const step of steps) {
    const proof = `${what} for ${step.name}`;
    if (proven.has(proof)) return true;
    if ((await stages.run(step, policy)).outcome.code === 0) continue;
    proven.add(proof);
    return true;
  }
  return false;
}

/** A policy without one action of one statement, for each of them. */
function removals(policy: Policy): { what: string; policy: Policy }[] {
  return policy.Statement.flatMap((statement, index) =>
    statement.Action.map((action) => {
      const Action = statement.Action.filter((other) => other !== action);
      const Statement = policy.Statement.toSpliced(
        index,
        1,
        ...(Action.length > 0 ? [{ ...statement, Action }] : []),
      );
      return { what: `${action} in ${statement.Sid}`, policy: { ...policy, Statement } };
    }),
  );
}

test.each(TRESPASSES.map(([role, step]) => [role, step.name, step] as const))(
  '%s may not do this: %s',
  async (role, _, step) => {
    const { outcome } = await stages.run(step, policyOf(role));
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout).toHaveLength(0);
    expect(outcome.stderr).toContain('not authorized to perform');
  },
);
