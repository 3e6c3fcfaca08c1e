import { invalid } from '../refusal.ts';
import type { Type } from './model.ts';

const IMAGE = 'aws:ec2:image';
const INTEGRATION = 'aws:ssm:integration';
const INTEGRATIONS = '/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/';
const ADVANCED_ONLY: readonly string[] = ['url', 'json', 'jsonc'];

export const DATA_TYPES: readonly string[] = [
  'text',
  IMAGE,
  INTEGRATION,
  'aws:region',
  'aws:account:id',
  'boolean',
  'integer',
  'float',
  'binary',
  'hostname',
  'email',
  'ipv4-address',
  'ipv6-address',
  ...ADVANCED_ONLY,
];

/** Checks only AMI ids among values: AWS checks those later, and then drops the parameter. */
export function checkDataType({
  dataType,
  name,
  type,
  tier,
  value,
}: {
  dataType: string;
  name: string;
  type: Type;
  tier: string | undefined;
  value: string;
}): void {
  if (dataType === IMAGE && (type !== 'String' || !/^ami-[0-9a-zA-Z]+$/.test(value))) {
    throw invalid('The data type aws:ec2:image is for a String that holds an AMI id.');
  }
  if (dataType === INTEGRATION && (type !== 'SecureString' || !name.startsWith(INTEGRATIONS))) {
    throw invalid(
      `The data type ${INTEGRATION} is for a SecureString whose name begins with ${INTEGRATIONS}`,
    );
  }
  if (ADVANCED_ONLY.includes(dataType) && tier === 'Standard') {
    throw invalid(`The data type ${dataType} needs the advanced-parameter tier.`);
  }
}
