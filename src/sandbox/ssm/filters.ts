import type { Fields } from '../json/fields.ts';
import { broken, invalid, Refusal } from '../refusal.ts';
import { TIERS, TYPES } from './model.ts';
import type { Parameter } from './model.ts';
import { checkPath, isUnder } from './names.ts';

type Predicate = (parameter: Parameter) => boolean;
type Operation = 'DescribeParameters' | 'GetParametersByPath';

interface Filter {
  key: string;
  option: string;
  values: string[];
}

const KEYS: Readonly<Record<Operation, readonly string[]>> = {
  DescribeParameters: ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'],
  GetParametersByPath: ['Type', 'KeyId', 'Label'],
};
const KEY_PATTERN = /^(?:tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$/;

/** `ParameterFilters` (or the older `Filters`) as a predicate; all filters must hold. */
export function readFilters(input: Fields, operation: Operation): Predicate {
  const older = input.objects('Filters', { min: 0, max: 50 }).map((filter) => ({
    key: filter.text('Key', { oneOf: ['Name', 'Type', 'KeyId'] }),
    option: 'BeginsWith',
    values: filter.texts('Values', { min: 1, max: 50 }, { min: 1, max: 1024 }),
  }));
  const filters = input.objects('ParameterFilters', { min: 0, max: 50 }).map(readFilter);
  if (older.length > 0 && filters.length > 0) {
    throw invalid('You can use either Filters or ParameterFilters in a single request.');
  }
  const seen = new Set<string>();
  for (const filter of filters) {
    if (seen.has(filter.key)) {
      throw new Refusal(
        'InvalidFilterKey',
        `The following filter is duplicated in the request: ${filter.key}. A request can contain only one occurrence of a specific filter.`,
      );
    }
    seen.add(filter.key);
    check(filter, operation);
  }
  const predicates = [...older, ...filters].map(predicateOf);
  return (parameter) => predicates.every((holds) => holds(parameter));
}

function readFilter(filter: Fields): Filter {
  const key = filter.text('Key', { min: 1, max: 132 });
  if (!KEY_PATTERN.test(key)) {
    throw broken(
      'parameterFilters.1.member.key',
      key,
      'Member must satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier',
    );
  }
  return {
    key,
    option:
      filter.optionalText('Option', { min: 1, max: 10 }) ??
      (key === 'Path' ? 'OneLevel' : 'Equals'),
    values: filter.texts('Values', { min: 0, max: 50 }, { min: 1, max: 1024 }),
  };
}

function check({ key, option, values }: Filter, operation: Operation): void {
  const tagged = key.startsWith('tag:') && operation === 'DescribeParameters';
  if (!tagged && !KEYS[operation].includes(key)) {
    throw new Refusal(
      'InvalidFilterKey',
      `The following filter key is not valid: ${key}. Valid filter keys include: [${KEYS[operation].join(', ')}].`,
    );
  }
  if (values.length === 0 && !tagged) {
    throw new Refusal(
      'InvalidFilterValue',
      `The following filter values are missing : null for filter key ${key}.`,
    );
  }
  const options = optionsOf(key);
  if (!options.includes(option)) {
    throw new Refusal(
      'InvalidFilterOption',
      `The following filter option is not valid: ${option}. Valid options include: [${options.join(', ')}].`,
    );
  }
  const known: readonly string[] | undefined =
    key === 'Type' ? TYPES : key === 'Tier' ? TIERS : undefined;
  for (const value of values) {
    if (key === 'Path') checkFilterPath(value);
    if (known !== undefined && !known.includes(value)) {
      throw new Refusal(
        'InvalidFilterValue',
        `The following filter value is not valid: ${value}. Valid values include: [${known.join(', ')}].`,
      );
    }
  }
}

function optionsOf(key: string): string[] {
  if (key === 'Path') return ['Recursive', 'OneLevel'];
  if (key === 'Label') return ['Equals'];
  return key === 'Name' ? ['BeginsWith', 'Equals', 'Contains'] : ['BeginsWith', 'Equals'];
}

function checkFilterPath(path: string): void {
  if (/^\/(?:aws|ssm)/i.test(path)) {
    throw invalid(
      'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
    );
  }
  checkPath(path);
}

function predicateOf({ key, option, values }: Filter): Predicate {
  if (key === 'Path') {
    return ({ name }) => values.some((path) => isUnder(name, path, option === 'Recursive'));
  }
  return (parameter) => {
    const found = attributes(parameter, key);
    if (values.length === 0) return found.length > 0;
    return found.some((text) => values.some((value) => compares(key, option, text, value)));
  };
}

function attributes({ name, tags, versions, latest }: Parameter, key: string): string[] {
  if (key.startsWith('tag:')) {
    return tags.filter((tag) => tag.Key === key.slice('tag:'.length)).map((tag) => tag.Value);
  }
  if (key === 'Label') return versions.flatMap((version) => version.labels);
  const single: Readonly<Record<string, string | undefined>> = {
    Name: name,
    Type: latest.type,
    KeyId: latest.keyId,
    Tier: latest.tier,
    DataType: latest.dataType,
  };
  const text = single[key];
  return text === undefined ? [] : [text];
}

function compares(key: string, option: string, text: string, value: string): boolean {
  if (option === 'Contains') return text.includes(value);
  // A name filter matches with and without the leading slash.
  const bare = (name: string) => (key === 'Name' ? name.replace(/^\//, '') : name);
  if (option === 'BeginsWith') return bare(text).startsWith(bare(value));
  return bare(text) === bare(value);
}
