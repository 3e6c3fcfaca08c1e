import type { Manifest, StoreName } from '../model.ts';
import { quote } from '../yaml/faults.ts';
import type { Fields } from '../yaml/tree.ts';
import { type Reading, readText, readTexts } from './reading.ts';

/** The settings that only Secrets Manager knows. */
const FOR_SECRETS = ['secret', 'description', 'replicas'] as const;

/** Reads where the values go. The schema reports what is malformed. */
export function readStore(
  reading: Reading,
  fields: Fields,
  region: string,
): Pick<Manifest, 'store' | (typeof FOR_SECRETS)[number]> {
  const store: StoreName =
    readText(fields, 'store') === 'secretsmanager' ? 'secretsmanager' : 'ssm';
  const secret = readText(fields, 'secret');
  const description = readText(fields, 'description');
  const replicas = readTexts(reading, fields.get('replicas'));
  const { faults } = reading;
  if (store === 'ssm') {
    for (const key of FOR_SECRETS) {
      const field = fields.get(key);
      const hint = 'add "store: secretsmanager" at the top, or remove it';
      if (field) faults.add(field.keyAt, `${quote(key)} is for Secrets Manager alone`, hint);
    }
  } else if (description !== undefined && secret === undefined) {
    const message = '"description" at the top is for the one secret that "secret" names';
    const hint = 'write it below a parameter: each is a secret of its own';
    faults.add(fields.get('description')?.keyAt ?? 0, message, hint);
  }
  const several = fields.get('regions');
  if (several && store === 'secretsmanager') {
    const hint =
      'write one "region", and the others under "replicas": Secrets Manager copies to them';
    faults.add(several.keyAt, '"regions" is for SSM', hint);
  }
  checkReplicas(reading, fields, replicas, region);
  return { store, secret, description, replicas };
}

/** The copy in another region is encrypted with a key of that region. */
function checkReplicas(
  { faults }: Reading,
  fields: Fields,
  replicas: readonly string[],
  region: string,
): void {
  const at = fields.get('replicas')?.valueAt;
  if (at === undefined) return;
  if (replicas.includes(region)) {
    faults.add(at, `"replicas" names ${region}, where the secrets are anyway`, 'remove it there');
  }
  const key = fields.get('kmskey');
  const kmskey = readText(fields, 'kmskey');
  if (!key || kmskey === undefined || /^alias\/|^(?:arn:.*:key\/)?mrk-/.test(kmskey)) return;
  const hint = 'write an alias that each region has, such as alias/superman, or a multi-Region key';
  faults.add(key.valueAt, '"kmskey" is a key that the regions of "replicas" do not have', hint);
}
