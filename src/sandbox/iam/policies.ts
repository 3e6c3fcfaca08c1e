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

  /** @param always facts of every question, which the list of questions leaves out */
  decide(accessKeyId: string, question: Question, always: Facts = {}): Verdict {
    const policy = this.#byKey.get(accessKeyId);
    if (!policy) return 'allowed';
    policy.asked.set(JSON.stringify(question), question);
    return decide(policy.statements, { ...question, facts: { ...always, ...question.facts } });
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

/** Whether a statement is about a question, whoever asks. */
export function covers(statement: Statement, { action, resource, facts }: Question): boolean {
  return (
    statement.actions.some((pattern) => matchesAction(pattern, action)) &&
    statement.resources.some((pattern) => matches(pattern, resource)) &&
    statement.conditions.every((condition) => holds(condition, facts[condition.key] ?? []))
  );
}

/** A key without a value fails, except with ForAllValues and with a test for what it is not. */
function holds({ test, quantifier, values }: Condition, found: readonly string[]): boolean {
  if (test === 'Null') return values.includes(String(found.length === 0));
  const isNegative = test === 'StringNotEquals' || test === 'StringNotLike';
  const passes = (text: string) =>
    values.some((value) => COMPARE[test](value, text)) !== isNegative;
  const isForAll = quantifier === 'all' || (quantifier === 'one' && isNegative);
  return isForAll ? found.every(passes) : found.some(passes);
}

const equal = (value: string, text: string) => value === text;

const COMPARE: Readonly<
  Record<Exclude<Condition['test'], 'Null'>, (value: string, text: string) => boolean>
> = {
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (value, text) => value.toLowerCase() === text,
  StringEquals: equal,
  StringLike: matches,
  StringNotEquals: equal,
  StringNotLike: matches,
};

/** Compares the six parts of ARNs one by one. */
function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, found] = [pattern, arn].map((text) => {
    const parts = text.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  });
  return wanted?.every((part, index) => matches(part, found?.[index] ?? '')) === true;
}
