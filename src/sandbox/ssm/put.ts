import type { Call } from '../access.ts';
import { requestTags } from '../iam/facts.ts';
import type { Fields } from '../json/fields.ts';
import { invalid, Refusal } from '../refusal.ts';
import { TIERS, TYPES } from './model.ts';
import { namedTags, permitted } from './model.ts';
import type { Parameter, ParameterStore, Tag, Type, Version } from './model.ts';
import { checkNewName } from './names.ts';
import { checkDataType, DATA_TYPES } from './data-types.ts';
import { parsePolicies, type Policy } from './policies.ts';
import { DEFAULT_KEY, encryptValue } from './secrets.ts';
import { readTags } from './tags.ts';

const MAX_VERSIONS = 100;
const MAX_STANDARD = 4096;
const MAX_ADVANCED = 8192;
const MORE =
  'For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

export function putParameter(store: ParameterStore, input: Fields, call: Call): object {
  const request = readRequest(input, call.now);
  const { name, overwrite, tags, value } = request;
  const { home } = call;
  const asked = requestTags(namedTags(tags));
  const existing = permitted(store, call, 'ssm:PutParameter', name, asked);
  if (tags.length > 0) permitted(store, call, 'ssm:AddTagsToResource', name, asked);
  if (request.dataType === 'aws:ec2:image') call.require('ec2:DescribeImages', '*');
  if (overwrite && tags.length > 0) {
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  checkNewName(home, name);
  if ((existing !== undefined && !overwrite) || store.recentlyDeleted(home, name, call.now)) {
    throw new Refusal(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const before = existing?.latest;
  const type = typeOf(store, request.type, before);
  if (type !== 'SecureString' && request.keyId !== undefined) {
    throw invalid('KeyId is required for SecureString type parameter only.');
  }
  const tier = tierOf(request, before);
  const allowedPattern = request.allowedPattern ?? before?.allowedPattern;
  checkValue(value, allowedPattern);
  const dataType = request.dataType ?? before?.dataType ?? 'text';
  checkDataType({ dataType, name, type, tier: request.tier, value });
  const version: Version = {
    number: (before?.number ?? 0) + 1,
    type,
    value,
    dataType,
    tier,
    labels: [],
    modifiedAt: call.now,
    modifiedBy: call.identity.arn,
  };
  const description = request.description ?? before?.description;
  if (description !== undefined) version.description = description;
  if (allowedPattern !== undefined) version.allowedPattern = allowedPattern;
  const policies = request.policies ?? before?.policies;
  if (policies !== undefined) version.policies = policies;
  const kept = keptVersions(name, existing);
  if (type === 'SecureString') {
    const keyId = request.keyId ?? before?.keyId ?? DEFAULT_KEY;
    version.keyId = keyId;
    version.value = encryptValue(store, call, name, { value, keyId, tier });
  }
  store.save({
    ...home,
    name,
    tags: existing?.tags ?? tags,
    latest: version,
    versions: [...kept, version],
  });
  return { Version: version.number, Tier: tier };
}

interface PutRequest {
  name: string;
  value: string;
  type: Type | undefined;
  tier: string | undefined;
  keyId: string | undefined;
  description: string | undefined;
  allowedPattern: string | undefined;
  dataType: string | undefined;
  policies: readonly Policy[] | undefined;
  overwrite: boolean;
  tags: Tag[];
}

function readRequest(input: Fields, now: number): PutRequest {
  const dataType = input.optionalText('DataType', { max: 128 });
  if (dataType !== undefined && !DATA_TYPES.includes(dataType)) {
    throw invalid(
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
  return {
    name: input.text('Name', { min: 1, max: 2048 }),
    value: input.text('Value', { min: 1, secret: true }),
    type: input.optionalText('Type', { oneOf: TYPES }) as Type | undefined,
    tier: input.optionalText('Tier', { oneOf: TIERS }),
    keyId: input.optionalText('KeyId', { min: 1, max: 256, pattern: /^([a-zA-Z0-9:/_-]+)$/ }),
    description: input.optionalText('Description', { max: 1024 }),
    allowedPattern: input.optionalText('AllowedPattern', { max: 1024 }),
    dataType,
    policies: parsePolicies(input.optionalText('Policies', { min: 1, max: 4096 }) ?? '', now),
    overwrite: input.flag('Overwrite'),
    tags: readTags(input),
  };
}

function typeOf(store: ParameterStore, asked: Type | undefined, before: Version | undefined): Type {
  const type = asked ?? before?.type;
  if (type === undefined) {
    throw invalid('A parameter type is required when you create a parameter.');
  }
  if (before !== undefined && before.type !== type && store.settings.typeChange === 'refuse') {
    throw new Refusal(
      'HierarchyTypeMismatchException',
      "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
    );
  }
  return type;
}

function tierOf(
  { tier: asked, value, policies }: PutRequest,
  before: Version | undefined,
): Version['tier'] {
  const size = Buffer.byteLength(value);
  const needsAdvanced = size > MAX_STANDARD || (policies !== undefined && policies.length > 0);
  const isAdvanced = before?.tier === 'Advanced';
  if (asked === 'Standard' && isAdvanced) {
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. " +
        MORE,
    );
  }
  const chosen = asked === 'Intelligent-Tiering' && needsAdvanced ? 'Advanced' : asked;
  const tier = chosen === 'Advanced' || isAdvanced ? 'Advanced' : 'Standard';
  if (tier === 'Standard' && size > MAX_STANDARD) {
    throw invalid(
      `Standard tier parameters support a maximum parameter value of ${MAX_STANDARD} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. ${MORE}`,
    );
  }
  // AWS documents policies only for the advanced tier, so refuse even empty ones elsewhere.
  if (tier === 'Standard' && policies !== undefined) {
    throw invalid(`Parameter policies are supported for the advanced-parameter tier only. ${MORE}`);
  }
  if (size > MAX_ADVANCED) {
    throw invalid(
      `Advanced tier parameters support a maximum parameter value of ${MAX_ADVANCED} characters. ${MORE}`,
    );
  }
  return tier;
}

function checkValue(value: string, allowedPattern: string | undefined): void {
  if (/\{\{[^]*\}\}/.test(value)) {
    throw invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  if (allowedPattern === undefined || allowedPattern === '') return;
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${allowedPattern})$`);
  } catch {
    throw new Refusal(
      'InvalidAllowedPatternException',
      "The request doesn't meet the regular expression requirement.",
    );
  }
  if (!pattern.test(value)) {
    throw new Refusal(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
  }
}

/** The history that stays with one more version. */
function keptVersions(name: string, existing: Parameter | undefined): Version[] {
  if (existing === undefined || existing.versions.length < MAX_VERSIONS) {
    return existing?.versions ?? [];
  }
  const [oldest, ...kept] = existing.versions;
  if (oldest !== undefined && oldest.labels.length > 0) {
    throw new Refusal(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.number}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  return kept;
}
