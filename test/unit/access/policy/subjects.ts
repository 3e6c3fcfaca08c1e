import { parseManifest } from '../../../../src/manifest/index.ts';
import { subjectOf, type Subject } from '../../../../src/access/policy/subject.ts';

export const ACCOUNT = '123456789012';
export const FILE_KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-1111-4111-8111-111111111111`;

/** A value of psyml's, and a machine image. */
const MORE = `  - {name: old, type: securestring, value: AQICAHh0ZXN0dGVzdHRlc3Q=}
  - {name: image, type: String, data_type: 'aws:ec2:image', value: ami-0123456789abcdef0}
`;

/** A manifest's head, each line of it replaceable. */
export function subject(
  lines: Readonly<Record<string, string | undefined>> = {},
  options: { account?: string | undefined; keyRegion?: string; more?: string } = {
    account: ACCOUNT,
  },
): Subject {
  const head = {
    path: '/apps/one/',
    region: 'us-east-1',
    kmskey: 'alias/one',
    bucket: 'bucket',
    encrypted_with: FILE_KEY,
    ...lines,
  };
  const text = Object.entries(head)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
  const parameters = 'parameters:\n  - {name: version, type: String, value: 2}\n';
  const manifest = parseManifest(`${text}${parameters}${options.more ?? ''}`, 'app.yml');
  return subjectOf(manifest, { alias: 'alias/coffer', region: options.keyRegion }, options.account);
}

/** Subjects whose policies together have every scope. */
export const SUBJECTS: readonly Subject[] = [
  subject(),
  subject({}, { account: ACCOUNT, more: MORE }),
  subject({ path: '/apps/three/', kmskey: 'alias/three', bucket: 'other' }),
  subject({ path: '/apps/four/', bucket: undefined, kmskey: FILE_KEY }),
  subject({ path: '/apps/far/', region: 'eu-west-1', encrypted_with: undefined }),
  subject({ path: '/apps/cn/', region: 'cn-north-1', encrypted_with: undefined }),
];
