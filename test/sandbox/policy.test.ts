import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildPolicy } from '../../src/access/policy/document.ts';
import type { Explanation } from '../../src/access/policy/explain.ts';
import { ROLES, type Role } from '../../src/access/policy/roles.ts';
import type { PolicyExplanation } from '../../src/actions/policy.ts';
import { subjectOf } from '../../src/access/policy/subject.ts';
import { parseManifest } from '../../src/manifest/index.ts';
import { parsePolicy } from '../../src/sandbox/iam/document.ts';
import { decide, type Question } from '../../src/sandbox/iam/policies.ts';
import { byLength } from '../support/length.ts';
import { createStages, type Step } from './policy-stage.ts';
import { ADD_RECIPIENT, buildStates, JOBS, TRESPASSES } from './policy-steps.ts';

const FILE_KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-1111-4111-8111-111111111111';

interface Policy {
  Version: string;
  Statement: { Sid: string; Action: string[] }[];
}

const stages = await createStages();
const policies = new Map<Role, Policy>();
const explanations = new Map<Role, Explanation[]>();
/** A removal that made a step fail for one role is not tried for another. */
const proven = new Set<string>();
/** The commands that failed without an action of a statement, and so fail without the statement. */
const failed = new Set<string>();

beforeAll(async () => {
  await buildStates(stages);
  for (const role of ROLES) {
    policies.set(role, (await print(role)) as Policy);
    const { statements } = (await print(role, '--explain', '--json')) as PolicyExplanation;
    explanations.set(role, statements);
  }
}, 120_000);

function print(role: Role, ...flags: string[]): Promise<unknown> {
  return printFor(JOBS[role].manifests, role, ...flags);
}

async function printFor(files: readonly string[], role: Role, ...flags: string[]) {
  const args = ['policy', ...files, '--for', role, ...flags];
  const { outcome } = await stages.run({ name: 'policy', from: 'bare', args }, ALLOW_NOTHING);
  expect(outcome.code, outcome.stderr).toBe(0);
  return JSON.parse(outcome.stdout.toString()) as unknown;
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
    for (const { sid, action, policy, isFirst } of removals(policyOf(role))) {
      const what = `${action} in ${sid}`;
      const steps = stepsWithout(policy);
      // In the short form, the simulator alone decides about the rest: a step asks for the action.
      const isTried = byLength(isFirst, true);
      if (isTried ? await isNeeded({ sid, what, policy }, steps) : steps.length > 0) continue;
      superfluous.push(`${what}, tried: ${nameAll(steps)}`);
    }
    expect(superfluous).toEqual([]);
  });

  test('fails without each statement as --explain says', { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    const { Statement, ...rest } = policyOf(role);
    for (const { sid, without } of explanations.get(role) ?? []) {
      if (without.length === 0) wrong.push(`${sid}: nothing is said`);
      const policy = { ...rest, Statement: Statement.filter(({ Sid }) => Sid !== sid) };
      for (const { command, message } of without) {
        const steps = stepsWithout(policy).filter((step) => commandOf(step) === command);
        const isKnown = failed.has(`${sid} ${command}`);
        if (isKnown || (await isNeeded({ sid, what: sid, policy }, steps))) continue;
        wrong.push(`${sid}: ${command} ${message}, tried: ${nameAll(steps)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(explanations.get(role)?.map(({ sid }) => sid)).toEqual(Statement.map(({ Sid }) => Sid));
  });

  /** The steps for which something is no longer allowed. */
  function stepsWithout(reduced: Policy): Step[] {
    const before = parsePolicy(policyOf(role));
    const after = parsePolicy(reduced);
    return JOBS[role].steps.filter((step) =>
      asked
        .get(step)
        ?.some(
          (question) =>
            decide(after, question) !== 'allowed' && decide(before, question) === 'allowed',
        ),
    );
  }
});

/** Whether a step fails under the policy that lacks `what` of a statement. */
async function isNeeded(
  { sid, what, policy }: { sid: string; what: string; policy: Policy },
  steps: readonly Step[],
): Promise<boolean> {
  for (const step of steps) {
    const proof = `${what} for ${step.name}`;
    if (proven.has(proof)) return true;
    if ((await stages.run(step, policy)).outcome.code === 0) continue;
    proven.add(proof);
    failed.add(`${sid} ${commandOf(step)}`);
    return true;
  }
  return false;
}

interface Removal {
  sid: string;
  action: string;
  policy: Policy;
  /** Whether it is the first action of its statement. */
  isFirst: boolean;
}

/** A policy without one action of one statement, for each of them. */
function removals(policy: Policy): Removal[] {
  return policy.Statement.flatMap((statement, index) =>
    statement.Action.map((action, at) => {
      const Action = statement.Action.filter((other) => other !== action);
      const Statement = policy.Statement.toSpliced(
        index,
        1,
        ...(Action.length > 0 ? [{ ...statement, Action }] : []),
      );
      return { sid: statement.Sid, action, policy: { ...policy, Statement }, isFirst: at === 0 };
    }),
  );
}

test('recovery add needs the policies of the old and of the new list', async () => {
  const before = (await printFor(['app.yml'], 'admin')) as Policy;
  const { Statement } = (await printFor(['recoverable.yml'], 'admin')) as Policy;
  const endsWith = async (more: Policy['Statement']) => {
    const policy = { ...before, Statement: [...before.Statement, ...more] };
    return (await stages.run(ADD_RECIPIENT, policy)).outcome.code;
  };
  expect(await endsWith(Statement)).toBe(0);
  expect(await endsWith([])).toBe(1);
  expect(await endsWith(Statement.filter(({ Sid }) => Sid !== 'ListedValues'))).toBe(1);
});

test("the policies for the demo's manifest have no statement that is not proven here", async () => {
  const text = await readFile('examples/superman/superman.yml', 'utf8');
  const demo = parseManifest(`${text}\nencrypted_with: ${FILE_KEY}\n`, 'superman.yml');
  const subject = subjectOf(demo, { alias: 'alias/coffer' }, undefined);
  for (const role of ROLES) {
    const sids = buildPolicy(role, [subject]).Statement.map(({ Sid }) => Sid);
    const known = new Set(policyOf(role).Statement.map(({ Sid }) => Sid));
    expect(sids.filter((sid) => !known.has(sid))).toEqual([]);
    expect(sids.length).toBeGreaterThan(2);
  }
});

function commandOf({ args, standsFor }: Step): string | undefined {
  return standsFor ?? args[0];
}

function nameAll(steps: readonly Step[]): string {
  return steps.map(({ name }) => name).join(', ');
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
