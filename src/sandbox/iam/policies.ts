import { matches, matchesAction } from '../wildcards.ts';
import { parsePolicy } from './document.ts';
import type { Condition, Statement } from './document.ts';
import type { Facts } from './facts.ts';

/** An action on a resource. */
export interface Question {
  action: string;
  resource: string;
  facts: Facts;
}

/** `unstated`: no statement allows it. `denied`: a statement denies it. */
export type Verdict = 'allowed' | 'unstated' | 'denied';

interface Policy {
  document: unknown;
  statements: readonly Statement[];
  /** Each question once, in the order of first use. */
  asked: Map<string, Question>;
}

/** The policies of access keys; a key without one may do everything. */
export class Policies {
  readonly #byKey = new Map<string, Policy>();

  /** Throws an Error that says what is wrong with the document. */
  set(accessKeyId: string, document: unknown): void {
    this.#byKey.set(accessKeyId, {
      document,
      statements: parsePolicy(document),
      asked: new Map(),
    });
  }

  remove(accessKeyId: string): void {
    this.#byKey.delete(accessKeyId);
  }

  /** The current document, and the questions since it was set. */
  describe(accessKeyId: string): { document: unknown; asked: Question[] } | undefined {
    const policy = this.#byKey.get(accessKeyId);
    return policy && { document: policy.document, asked: [...policy.asked.values()] };
  }

  decide(accessKeyId: string, question: Question): Verdict {
    const policy = this.#byKey.get(accessKeyId);
    if (!policy) return 'allowed';
    policy.asked.set(JSON.stringify(question), question);
    return decide(policy.statements, question);
  }
}

/** IAM's rule: a denying statement wins; without an allowing one, the action is not allowed. */
export function decide(statements: readonly Statement[], question: Question): Verdict {
  const effects = new Set(
    statements.filter((statement) => covers(statement, question)).map(({ effect }) => effect),
  );
  if (effects.has('Deny')) return 'denied';
  return effects.has('Allow') ? 'allowed' : 'unstated';
}

function covers(statement: Statement, { action, resource, facts }: Question): boolean {
  return (
    statement.actions.some((pattern) => matchesAction(pattern, action)) &&
    statement.resources.some((pattern) => matches(pattern, resource)) &&
    statement.conditions.every((condition) => holds(condition, facts[condition.key] ?? []))
  );
}

/** A key without a value fails, except with ForAllValues. */
function holds({ test, quantifier, values }: Condition, found: readonly string[]): boolean {
  if (test === 'Null') return values.includes(String(found.length === 0));
  const passes = (text: string) =>
    values.some((value) => (test === 'StringEquals' ? text === value : matches(value, text)));
  return quantifier === 'all' ? found.every(passes) : found.some(passes);
}
