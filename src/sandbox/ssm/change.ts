import type { Call } from '../access.ts';
import type { Fields } from '../json/fields.ts';
import type { Handlers } from '../json/service.ts';
import { broken, Refusal } from '../refusal.ts';
import { parameterNotFound, permitted } from './model.ts';
import type { Parameter, ParameterStore, Version } from './model.ts';
import { plainName } from './names.ts';
import { putParameter } from './put.ts';

const MAX_LABELS = 10;

export const changeHandlers: Handlers<ParameterStore> = {
  PutParameter: putParameter,

  DeleteParameter(store, input, call) {
    const name = plainName(input.text('Name', { min: 1, max: 2048 }));
    if (permitted(store, call, 'ssm:DeleteParameter', name) === undefined) {
      throw parameterNotFound();
    }
    store.delete(call.home, name, call.now);
    return {};
  },

  DeleteParameters(store, input, call) {
    const names = input.texts('Names', { min: 1, max: 10 }, { min: 1, max: 2048 }).map(plainName);
    const unique = [...new Set(names)];
    for (const name of unique) permitted(store, call, 'ssm:DeleteParameters', name);
    const deleted = unique.filter((name) => store.delete(call.home, name, call.now));
    const missing = unique.filter((name) => !deleted.includes(name));
    return { DeletedParameters: deleted, InvalidParameters: missing };
  },

  LabelParameterVersion(store, input, call) {
    const { parameter, version } = versionOf(store, input, call, 'ssm:LabelParameterVersion');
    const asked = input.texts('Labels', { min: 1, max: MAX_LABELS }, { min: 1, max: 100 });
    const wrong = asked.filter((label) => !isLabel(label));
    const added = asked.filter((label) => isLabel(label));
    const labels = [...new Set([...version.labels, ...added])];
    if (labels.length > MAX_LABELS) {
      throw new Refusal(
        'ParameterVersionLabelLimitExceeded',
        'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
      );
    }
    relabel(store, parameter, (each) =>
      each.number === version.number
        ? labels
        : each.labels.filter((label) => !added.includes(label)),
    );
    return { InvalidLabels: wrong, ParameterVersion: version.number };
  },

  UnlabelParameterVersion(store, input, call) {
    if (!input.has('ParameterVersion')) {
      throw broken('ParameterVersion', 'null', 'Member must not be null');
    }
    const { parameter, version } = versionOf(store, input, call, 'ssm:UnlabelParameterVersion');
    const asked = input.texts('Labels', { min: 1, max: MAX_LABELS }, { min: 1, max: 100 });
    relabel(store, parameter, (each) =>
      each.number === version.number
        ? each.labels.filter((label) => !asked.includes(label))
        : each.labels,
    );
    return {
      RemovedLabels: asked.filter((label) => version.labels.includes(label)),
      InvalidLabels: asked.filter((label) => !version.labels.includes(label)),
    };
  },
};

function versionOf(
  store: ParameterStore,
  input: Fields,
  call: Call,
  action: string,
): { parameter: Parameter; version: Version } {
  const name = plainName(input.text('Name', { min: 1, max: 2048 }));
  const number = input.integer('ParameterVersion', { min: 0, max: Number.MAX_SAFE_INTEGER });
  const parameter = permitted(store, call, action, name);
  if (parameter === undefined) throw parameterNotFound();
  const wanted = number ?? parameter.latest.number;
  const version = parameter.versions.find((each) => each.number === wanted);
  if (version === undefined) {
    throw new Refusal(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${wanted} of ${name}. Verify the version and try again.`,
    );
  }
  return { parameter, version };
}

function relabel(
  store: ParameterStore,
  parameter: Parameter,
  labelsOf: (version: Version) => string[],
): void {
  const versions = parameter.versions.map((each) => ({ ...each, labels: labelsOf(each) }));
  const latest = versions.at(-1) ?? parameter.latest;
  store.save({ ...parameter, versions, latest });
}

function isLabel(text: string): boolean {
  return /^(?!aws|ssm)[a-z_.-][\w.-]*$/i.test(text);
}
