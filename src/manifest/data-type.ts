import type { Parameter, Refusal } from './model.ts';

const INTEGRATION = 'aws:ssm:integration';
const INTEGRATIONS = '/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/';
const IMAGE = 'aws:ec2:image';
const ADVANCED_ONLY: ReadonlySet<string | undefined> = new Set(['url', 'json', 'jsonc']);

/** Why SSM would refuse a parameter for its data type, regardless of the value. */
export function refuseDataType({ dataType, type, tier, fullName }: Parameter): Refusal | undefined {
  if (dataType === IMAGE && type !== 'String') {
    return refuse(`${IMAGE} needs the type String`, 'write "type: String"');
  }
  if (dataType === INTEGRATION && type !== 'SecureString') {
    return refuse(`${INTEGRATION} needs the type SecureString`, 'write "type: SecureString"');
  }
  if (dataType === INTEGRATION && !fullName.startsWith(INTEGRATIONS)) {
    return refuse(
      `${INTEGRATION} works only with names reserved for integrations`,
      `write "path: ${INTEGRATIONS}"`,
    );
  }
  if (ADVANCED_ONLY.has(dataType) && tier === 'Standard') {
    return refuse(`${dataType} needs the tier Advanced`, 'write "tier: Advanced"');
  }
  return undefined;
}

function refuse(message: string, hint: string): Refusal {
  return { message: `data_type ${message}`, hint };
}
