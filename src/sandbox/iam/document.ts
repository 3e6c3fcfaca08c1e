/**
 * A policy as the sandbox understands it. It refuses everything that it does not understand, so
 * that no policy passes here that AWS would read differently.
 */
export interface Statement {
  effect: 'Allow' | 'Deny';
  /** Whom a resource's policy is about: ARNs, accounts, or `*`. An identity's names nobody. */
  principals: readonly string[];
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

const TESTS = [
  'ArnEquals',
  'ArnLike',
  'Bool',
  'Null',
  'StringEquals',
  'StringLike',
  'StringNotEquals',
  'StringNotLike',
] as const;
const QUANTIFIERS: Readonly<Record<string, Quantifier>> = {
  '': 'one',
  'ForAnyValue:': 'any',
  'ForAllValues:': 'all',
};

const SINGLE_KEY =
  /^(?:kms:(?:calleraccount|viaservice|encryptioncontext:.+)|aws:(?:(?:request|resource)tag\/.+|principal(?:account|arn)|securetransport)|s3:(?:delimiter|prefix|x-amz-acl|x-amz-server-side-encryption(?:-aws-kms-key-id)?))$/;
const PRINCIPAL =
  /^(?:\*|\d{12}|arn:aws[\w-]*:(?:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]+)|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+))$/;
const MULTIPLE_KEY = /^(?:kms:(?:resourcealiases|encryptioncontextkeys)|aws:tagkeys)$/;

/** Reads an identity's policy from parsed JSON; throws an Error that says what is wrong, and where. */
export function parsePolicy(json: unknown): Statement[] {
  const { Version, Statement } = members(json, 'policy', ELEMENTS);
  if (Version !== '2012-10-17') throw new Error('policy: Version must be 2012-10-17');
  return statementsOf(Statement).map((each, index) =>
    parseStatement(each, `Statement[${index}]`, []),
  );
}

/** The same for a key's or a bucket's policy, which may be of the older version. */
export function parseResourcePolicy(json: unknown): Statement[] {
  const { Version = '2008-10-17', Statement } = members(json, 'policy', ELEMENTS);
  if (Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw new Error('policy: Version must be 2012-10-17 or 2008-10-17');
  }
  return statementsOf(Statement).map((each, index) => {
    const where = `Statement[${index}]`;
    const { Principal, ...rest } = members(each, where);
    return parseStatement(rest, where, parsePrincipals(Principal, `${where}.Principal`));
  });
}

const ELEMENTS = ['Version', 'Id', 'Statement'];

function statementsOf(json: unknown): unknown[] {
  return Array.isArray(json) ? json : [json];
}

/** Services are accepted, and never call: nobody signs for one here. */
function parsePrincipals(json: unknown, where: string): string[] {
  if (json === '*') return ['*'];
  const { AWS, Service } = members(json, where, ['AWS', 'Service']);
  if (AWS === undefined && Service === undefined) throw new Error(`${where}: is empty`);
  const named = AWS === undefined ? [] : texts(AWS, `${where}.AWS`, PRINCIPAL);
  return named.map((name) => /^arn:.*::(\d{12}):root$/.exec(name)?.[1] ?? name);
}

function parseStatement(json: unknown, where: string, principals: readonly string[]): Statement {
  const known = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];
  const { Effect, Action, Resource, Condition } = members(json, where, known);
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new Error(`${where}: Effect must be Allow or Deny`);
  }
  return {
    effect: Effect,
    principals,
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
