import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import { page } from '../json/paging.ts';
import { seconds } from '../json/service.ts';
import type { Handlers } from '../json/service.ts';
import { parameterArn } from '../names.ts';
import { invalid, Refusal } from '../refusal.ts';
import { readFilters } from './filters.ts';
import { byName, parameterNotFound, permitted } from './model.ts';
import type { Parameter, ParameterStore, Version } from './model.ts';
import { checkPath, isUnder, parseReference } from './names.ts';
import type { Reference } from './names.ts';
import { decryptValue } from './secrets.ts';

export const getHandlers: Handlers<ParameterStore> = {
  GetParameter(store, input, call) {
    const text = input.text('Name', { min: 1, max: 2048 });
    const reference = referenceOf(store, call, text);
    const parameter = permitted(store, call, 'ssm:GetParameter', reference.name);
    if (parameter === undefined) throw parameterNotFound();
    const version = select(parameter, reference);
    if (version === undefined) {
      const wanted = reference.label === undefined ? 'version' : 'label';
      throw new Refusal(
        'ParameterVersionNotFound',
        `Systems Manager could not find ${wanted} ${reference.selector?.slice(1)} of ${parameter.name}. Verify the version and try again.`,
      );
    }
    const reader = { store, call, decrypt: input.flag('WithDecryption') };
    return { Parameter: shown(reader, parameter, version, reference.selector) };
  },

  GetParameters(store, input, call) {
    const names = input.texts('Names', { min: 1, max: 10 }, { min: 1, max: 2048 });
    if (new Set(names).size < names.length) {
      throw invalid('The names of the parameters must be unique: there are duplicates in Names.');
    }
    const reader = { store, call, decrypt: input.flag('WithDecryption') };
    const found: Shown[] = [];
    const missing: string[] = [];
    for (const text of names) {
      const reference = referenceOf(store, call, text);
      const parameter = permitted(store, call, 'ssm:GetParameters', reference.name);
      const version = parameter && select(parameter, reference);
      if (parameter === undefined || version === undefined) missing.push(text);
      else found.push(shown(reader, parameter, version, reference.selector));
    }
    found.sort((one, other) => byName(one.Name, other.Name));
    return { Parameters: found, InvalidParameters: missing };
  },

  GetParametersByPath(store, input, call) {
    const { home } = call;
    const path = input.text('Path', { min: 1, max: 2048 });
    checkPath(path);
    call.require('ssm:GetParametersByPath', parameterArn(home, path));
    const matches = readFilters(input, 'GetParametersByPath');
    const recursive = input.flag('Recursive');
    const candidates = [...store.list(home)].filter(
      (each) => isUnder(each.name, path, recursive) && matches(each),
    );
    const { items, next } = page(candidates, (each) => each.name, pageOf(store, input, 10), byName);
    const reader = { store, call, decrypt: input.flag('WithDecryption') };
    return { Parameters: items.map((each) => shown(reader, each, each.latest)), NextToken: next };
  },

  GetParameterHistory(store, input, call) {
    const text = input.text('Name', { min: 1, max: 2048 });
    const { name } = referenceOf(store, call, text);
    const parameter = permitted(store, call, 'ssm:GetParameterHistory', name);
    if (parameter === undefined) throw parameterNotFound();
    const { items, next } = page(
      parameter.versions,
      (version) => String(version.number),
      pageOf(store, input, 50),
      (one, other) => Number(one) - Number(other),
    );
    const reader = { store, call, decrypt: input.flag('WithDecryption') };
    const history = items.map((version) => formerly(reader, parameter, version));
    return { Parameters: history, NextToken: next };
  },

  DescribeParameters(store, input, call) {
    const { home } = call;
    call.require('ssm:DescribeParameters', parameterArn(home, '*').replace(/parameter\/\*$/, '*'));
    const matches = readFilters(input, 'DescribeParameters');
    const candidates = [...store.list(home)].filter(matches);
    const { items, next } = page(candidates, (each) => each.name, pageOf(store, input, 50), byName);
    return { Parameters: items.map((each) => described(each, each.latest)), NextToken: next };
  },
};

function referenceOf(store: ParameterStore, call: Call, text: string): Reference {
  const { home } = call;
  return parseReference(text, home, (name) => store.get(home, name) !== undefined);
}

interface Reader {
  store: ParameterStore;
  call: Call;
  decrypt: boolean;
}

function select(parameter: Parameter, { version, label }: Reference): Version | undefined {
  if (version !== undefined) return parameter.versions.find((each) => each.number === version);
  if (label !== undefined) return parameter.versions.find((each) => each.labels.includes(label));
  return parameter.latest;
}

function valueOf(reader: Reader, parameter: Parameter, version: Version): string {
  if (version.type !== 'SecureString' || !reader.decrypt) return version.value;
  return decryptValue(reader.store, reader.call, parameter.name, version);
}

interface Shown {
  Name: string;
  [member: string]: unknown;
}

function shown(reader: Reader, parameter: Parameter, version: Version, selector?: string): Shown {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: valueOf(reader, parameter, version),
    Version: version.number,
    Selector: selector,
    LastModifiedDate: seconds(version.modifiedAt),
    ARN: parameterArn(parameter, parameter.name),
    DataType: version.dataType,
  };
}

function formerly(reader: Reader, parameter: Parameter, version: Version): object {
  const { ARN: _, ...about } = described(parameter, version);
  return { ...about, Value: valueOf(reader, parameter, version), Labels: version.labels };
}

interface Described {
  ARN: string;
  [member: string]: unknown;
}

function described(parameter: Parameter, version: Version): Described {
  return {
    Name: parameter.name,
    ARN: parameterArn(parameter, parameter.name),
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: seconds(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.number,
    Tier: version.tier,
    Policies:
      version.policies?.map(({ type, text }) => ({
        PolicyText: text,
        PolicyType: type,
        PolicyStatus: 'Pending',
      })) ?? [],
    DataType: version.dataType,
  };
}

function pageOf(store: ParameterStore, input: Fields, max: number) {
  return {
    size: input.integer('MaxResults', { min: 1, max }) ?? max,
    token: input.optionalText('NextToken'),
    invalidCode: 'InvalidNextToken',
    emptyFirst: store.settings.emptyPages,
  };
}
