/**
 * An IAM policy as the sandbox understands it. It refuses everything that it does not understand,
 * so that no policy passes here that AWS would read differently.
 */
export interface Statement {
  effect: 'Allow' | 'Deny';
  actions: readonly string[];
  resources: readonly string[];
  conditions: readonly Condition[];
}

export interface Condition {
  test: Test;
  /** Whether the single value, any value or all values must pass. */
  quantifier: Quantifier;
  /** In lower case: IAM does not distinguish. */
  key: string;
  values: readonly string[];
}

type Quantifier = 'one' | 'any' | 'all';
type Test = (typeof TESTS)[number];

const TESTS = ['StringEquals', 'StringLike', 'Null'] as const;
const QUANTIFIERS: Readonly<Record<string, Quantifier>> = {
  '': 'one',
  'ForAnyValue:': 'any',
  'ForAllValues:': 'all',
};

const SINGLE_KEY = /^(?:kms:(?:viaservice|encryptioncontext:.+)|aws:(?:request|resource)tag\/.+)$/;
const MULTIPLE_KEY = /^(?:kms:(?:resourcealiases|encryptioncontextkeys)|aws:tagkeys)$/;

/** Reads a policy from parsed JSON; throws an Error that says what is wrong, and where. */
export function parsePolicy(json: unknown): Statement[] {
  const { Version, Statement } = members(json, 'policy', ['Version', 'Id', 'Statement']);
  if (Version !== '2012-10-17') throw new Error('policy: Version must be 2012-10-17');
  const statements = Array.isArray(Statement) ? (Statement as unknown[]) : [Statement];
  return statements.map((statement, index) => parseStatement(statement, `Statement[${index}]`));
}

function parseStatement(json: unknown, where: string): Statement {
  const known = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];
  const { Effect, Action, Resource, Condition } = members(json, where, known);
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new Error(`${where}: Effect must be Allow or Deny`);
  }
  return {
    effect: Effect,
    actions: texts(Action, `${where}.Action`, /^(?:\*|[a-z0-9-]+:[\w*?]+)$/i),
    resources: texts(Resource, `${where}.Resource`, /^(?:\*|arn:.+)$/),
    conditions: Condition === undefined ? [] : parseConditions(Condition, `${where}.Condition`),
  };
}

function parseConditions(json: unknown, where: string): Condition[] {
  return Object.entries(members(json, where)).flatMap(([operator, keys]) => {
    const [, prefix = '', name] = /^(\w+:)?(\w+)$/.exec(operator) ?? [];
    const test = TESTS.find((known) => known === name);
    const quantifier = Object.hasOwn(QUANTIFIERS, prefix) ? QUANTIFIERS[prefix] : undefined;
    if (test === undefined || quantifier === undefined) {
      throw new Error(`${where}: the sandbox does not know the operator ${operator}`);
    }
    return Object.entries(members(keys, `${where}.${operator}`)).map(([name, values]) => {
      const key = name.toLowerCase();
      const isMultiple = MULTIPLE_KEY.test(key);
      if (!isMultiple && !SINGLE_KEY.test(key)) {
        throw new Error(`${where}: the sandbox does not know the condition key ${name}`);
      }
      if (test !== 'Null' && isMultiple === (quantifier === 'one')) {
        throw new Error(
          isMultiple
            ? `${where}: ${name} has several values: use ForAnyValue:${test}`
            : `${where}: ${name} has one value: use ${test}`,
        );
      }
      return { test, quantifier, key, values: texts(values, `${where}.${operator}.${name}`) };
    });
  });
}

function members(
  json: unknown,
  where: string,
  known?: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${where}: expected an object`);
  }
  const unknown = known && Object.keys(json).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`${where}: the sandbox does not know the element ${unknown}`);
  }
  return { ...json };
}

/** One string or several. */
function texts(json: unknown, where: string, pattern = /^/): string[] {
  const list: unknown[] = Array.isArray(json) ? json : [json];
  if (list.length === 0) throw new Error(`${where}: is empty`);
  return list.map((item) => {
    if (typeof item !== 'string') throw new Error(`${where}: expected strings`);
    if (item.includes('${'))
      throw new Error(`${where}: the sandbox does not support variables: ${item}`);
    if (!pattern.test(item)) throw new Error(`${where}: ${item} is invalid`);
    return item;
  });
}
