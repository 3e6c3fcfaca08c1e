import { findPatternFault } from '../java-pattern.ts';
import type { Parameter } from '../model.ts';
import type { Faults } from '../yaml/faults.ts';
import type { Fields } from '../yaml/tree.ts';
import type { Reading } from './reading.ts';

const INTEGRATION = 'aws:ssm:integration';
const INTEGRATIONS = '/d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations/webhook/';
const IMAGE = 'aws:ec2:image';
const ADVANCED_ONLY: ReadonlySet<string | undefined> = new Set(['url', 'json', 'jsonc']);

/** How SSM would refuse a parameter, whatever its value, for its data type. */
export function checkDataType(
  { faults }: Reading,
  fields: Fields,
  { dataType, type, tier, fullName }: Parameter,
  prefix: string,
): void {
  const field = fields.get('data_type');
  if (!field) return;
  const refuse = (message: string, hint: string) =>
    faults.add(field.valueAt, `${prefix}data_type ${message}`, hint);
  if (dataType === IMAGE && type !== 'String') {
    refuse(`${IMAGE} is for a String`, 'write "type: String"');
  } else if (dataType === INTEGRATION && type !== 'SecureString') {
    refuse(`${INTEGRATION} is for a SecureString`, 'write "type: SecureString"');
  } else if (dataType === INTEGRATION && !fullName.startsWith(INTEGRATIONS)) {
    refuse(
      `${INTEGRATION} is for names that SSM keeps for integrations`,
      `write "path: ${INTEGRATIONS}"`,
    );
  } else if (ADVANCED_ONLY.has(dataType) && tier === 'Standard') {
    refuse(`${dataType} needs the tier Advanced`, 'write "tier: Advanced"');
  }
}

export function checkPattern(faults: Faults, at: number, pattern: string, prefix: string): void {
  const fault = findPatternFault(pattern);
  if (fault === undefined) return;
  const hint = 'SSM takes the regular expressions of Java';
  faults.add(at, `${prefix}"allowed_pattern" does not compile: it ${fault}`, hint);
}
