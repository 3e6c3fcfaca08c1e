import { buildPolicy, excessOf, type PolicyDocument } from '../access/policy/document.ts';
import { buildKeyPolicy, type Guests, type KeyPolicy } from '../access/policy/key-policy.ts';
import { ROLES, type Role } from '../access/policy/roles.ts';
import { subjectOf } from '../access/policy/subject.ts';
import { CofferError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Manifest } from '../manifest/model.ts';
import { readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

export interface PolicyOptions {
  /** Whom to let do their work. */
  for?: Role | undefined;
  /** AWS account, where the ARNs in the manifests do not say it. */
  account?: string | undefined;
  /** Whether to make the policy of the file key itself instead. */
  keyPolicy?: boolean | undefined;
  /** ARNs of those who may use that key as `for` says. */
  principals?: readonly string[] | undefined;
}

/** The least IAM policy for those who work with manifests. Calls nobody. */
export async function policy(
  tools: Pick<Tools, 'region' | 'fileKey' | 'host'>,
  files: readonly string[],
  options: PolicyOptions = {},
): Promise<PolicyDocument | KeyPolicy> {
  const { keyPolicy = false, account } = options;
  const wanted = keyPolicy ? { guests: guestsOf(options) } : { role: identityRole(options) };
  refuseAccount(account);
  const manifests = await readManifests(tools, files);
  const subjects = manifests.map((manifest) => subjectOf(manifest, tools.fileKey, account));
  if ('guests' in wanted) return buildKeyPolicy(subjects, wanted.guests);
  const document = buildPolicy(wanted.role, subjects);
  const excess = excessOf(document);
  if (excess > 0) {
    tools.host.warn({
      message: `this policy is ${excess} characters longer than a managed policy may be`,
      hint: 'print one for fewer manifests, or put them under one path',
    });
  }
  if (wanted.role === 'ci-no-decrypt') {
    for (const manifest of manifests) warnOfUnsyncable(tools.host, manifest);
  }
  return document;
}

function identityRole({ for: role, principals = [] }: PolicyOptions): Role {
  if (principals.length > 0) {
    throw new CofferError('usage', '--principal is for --key-policy', {
      hint: 'attach the policy that is printed here to the role or user itself',
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
      hint: 'such as arn:aws:iam::123456789012:role/deploy',
    });
  }
  if (principals.length > 0 !== (role !== undefined)) {
    throw new CofferError('usage', 'in a key policy, --for and --principal go together', {
      hint: 'for example: --key-policy --for ci --principal arn:aws:iam::123456789012:role/deploy',
    });
  }
  return role && { role, principals };
}

function refuseAccount(account: string | undefined): void {
  if (account === undefined || /^\d{12}$/.test(account)) return;
  throw new CofferError('usage', `--account ${account} is not an account id`, {
    hint: 'such as 123456789012',
  });
}

function warnOfUnsyncable(host: Host, { file, parameters }: Manifest): void {
  const names = parameters
    .filter(({ type, store, content }) => {
      const goesToS3 = store === 's3' || content.kind === 'blob';
      return type === 'SecureString' && !goesToS3;
    })
    .map(({ name }) => name);
  if (names.length === 0) return;
  host.warn({
    message: `${file}: without kms:Decrypt, sync cannot write ${names.join(', ')}`,
    hint: 'give them "store: s3", or use --for ci',
  });
}
