import { buildPolicy, excessOf, type PolicyDocument } from '../access/policy/document.ts';
import { explain, type Explanation } from '../access/policy/explain.ts';
import { buildKeyPolicy, type Guests, type KeyPolicy } from '../access/policy/key-policy.ts';
import { ROLES, type Role } from '../access/policy/roles.ts';
import { isFar, subjectOf, type Subject } from '../access/policy/subject.ts';
import { CofferError } from '../errors.ts';
import type { Host } from '../host.ts';
import { inEachRegion, labelOf } from '../manifest/regions.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

export interface PolicyOptions {
  /** The role that the policy is for. */
  for?: Role | undefined;
  /** AWS account, if the ARNs in the manifests do not name it. */
  account?: string | undefined;
  /** Makes the key policy of the file key instead. */
  keyPolicy?: boolean | undefined;
  /** ARNs of principals that get the role `for` on that key. */
  principals?: readonly string[] | undefined;
}

export interface PolicyExplanation {
  role: Role;
  statements: Explanation[];
}

/** Says what fails without each statement of a role's policy. Makes no network calls. */
export async function explainPolicy(
  tools: Pick<Tools, 'aws' | 'region' | 'fileKey' | 'host'>,
  files: readonly string[],
  options: Omit<PolicyOptions, 'keyPolicy' | 'principals'> = {},
): Promise<PolicyExplanation> {
  const role = identityRole(options);
  const document = buildPolicy(role, await subjectsOf(tools, files, options.account));
  return { role, statements: explain(role, document) };
}

/** Returns the least IAM policy for work with manifests. Makes no network calls. */
export async function policy(
  tools: Pick<Tools, 'aws' | 'region' | 'fileKey' | 'host'>,
  files: readonly string[],
  options: PolicyOptions = {},
): Promise<PolicyDocument | KeyPolicy> {
  const { keyPolicy = false, account } = options;
  const wanted = keyPolicy ? { guests: guestsOf(options) } : { role: identityRole(options) };
  const subjects = await subjectsOf(tools, files, account);
  if ('guests' in wanted) return buildKeyPolicy(subjects, wanted.guests);
  const document = buildPolicy(wanted.role, subjects);
  const excess = excessOf(document);
  if (excess > 0) {
    tools.host.warn({
      message: `this policy is ${excess} characters longer than a managed policy may be`,
      hint: 'print one for fewer manifests, or put the manifests under one path',
    });
  }
  if (wanted.role === 'ci-no-decrypt') {
    for (const subject of subjects) warnOfUnsyncable(tools.host, subject);
  }
  return document;
}

async function subjectsOf(
  tools: Pick<Tools, 'aws' | 'region' | 'fileKey'>,
  files: readonly string[],
  account: string | undefined,
): Promise<Subject[]> {
  refuseAccount(account);
  const manifests = await readManifests(tools, files);
  return manifests
    .flatMap(inEachRegion)
    .map((manifest) => subjectOf(manifest, tools.fileKey, account));
}

function identityRole({ for: role, principals = [] }: PolicyOptions): Role {
  if (principals.length > 0) {
    throw new CofferError('usage', '--principal works only with --key-policy', {
      hint: 'attach this policy to the role or user itself',
    });
  }
  if (role) return role;
  throw new CofferError('usage', 'coffer policy needs --for', { hint: ROLES.join(', ') });
}

const PRINCIPAL = /^arn:[\w-]+:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role)\/.+)$/;

function guestsOf({ for: role, principals = [] }: PolicyOptions): Guests | undefined {
  const other = principals.find((principal) => !PRINCIPAL.test(principal));
  if (other !== undefined) {
    throw new CofferError('usage', `--principal ${other} is not the ARN of a principal`, {
      hint: 'for example arn:aws:iam::123456789012:role/deploy',
    });
  }
  if (principals.length > 0 !== (role !== undefined)) {
    throw new CofferError(
      'usage',
      'with --key-policy, give both --for and --principal or neither',
      {
        hint: 'for example: --key-policy --for ci --principal arn:aws:iam::123456789012:role/deploy',
      },
    );
  }
  return role && { role, principals };
}

function refuseAccount(account: string | undefined): void {
  if (account === undefined || /^\d{12}$/.test(account)) return;
  throw new CofferError('usage', `--account ${account} is not an account id`, {
    hint: 'for example 123456789012',
  });
}

function warnOfUnsyncable(host: Host, subject: Subject): void {
  const { manifest } = subject;
  const { parameters, region, regions } = manifest;
  if (isFar(subject)) {
    host.warn({
      message: `${labelOf(manifest)}: without kms:Decrypt, sync cannot write new objects to S3, because the file key is in ${subject.fileKey.region}`,
      hint: 'use --for ci, or a multi-Region file key with a replica in each region',
    });
  }
  // The same in every region.
  if (region !== regions[0]) return;
  const names = parameters
    .filter(({ type, store, content }) => {
      const goesToS3 = store === 's3' || content.kind === 'blob';
      return type === 'SecureString' && !goesToS3;
    })
    .map(({ name }) => name);
  if (names.length === 0) return;
  host.warn({
    message: `${manifest.file}: without kms:Decrypt, sync cannot write ${names.join(', ')}`,
    hint: 'set "store: s3" on them, or use --for ci',
  });
}
