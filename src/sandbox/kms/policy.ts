import type { Call } from '../access.ts';
import { parseResourcePolicy } from '../iam/document.ts';
import type { Statement } from '../iam/document.ts';
import type { Guard } from '../iam/resource.ts';
import { Refusal } from '../refusal.ts';
import type { Fields } from '../json/fields.ts';
import type { Key } from './keyring.ts';

/** Keys are replaced when they change, so each is parsed once. */
const parsed = new WeakMap<Key, readonly Statement[]>();

/** A key with the policy that decides who may use it. */
export function guardOf(key: Key, shown?: string): Guard {
  const statements = parsed.get(key) ?? parseResourcePolicy(JSON.parse(policyOf(key)));
  parsed.set(key, statements);
  const { account } = key;
  return { account, statements, isSole: true, ...(shown === undefined ? {} : { shown }) };
}

export function policyOf(key: Key): string {
  return key.policy ?? JSON.stringify(key.manager === 'AWS' ? managedPolicy(key) : ownPolicy(key));
}

/** Leaves all decisions to the policies of the account's identities. */
function ownPolicy({ account }: Key): object {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: rootOf(account) },
    Action: 'kms:*',
    Resource: '*',
  };
  return { Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] };
}

/** AWS's own keys serve everybody in the account, through their own service alone. */
function managedPolicy({ account, region, service }: Key): object {
  const use = {
    Sid: `Allow access through ${service} for all principals in the account`,
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
    ],
    Resource: '*',
    Condition: {
      StringEquals: {
        'kms:CallerAccount': account,
        'kms:ViaService': `${service}.${region}.amazonaws.com`,
      },
    },
  };
  const look = {
    Sid: 'Allow direct access to key metadata to the account',
    Effect: 'Allow',
    Principal: { AWS: rootOf(account) },
    Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
    Resource: '*',
  };
  return { Version: '2012-10-17', Id: `auto-${service}-1`, Statement: [use, look] };
}

function rootOf(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

const MAX_POLICY = 32_768;

/** The policy of a request, if its caller may replace it later or asked not to check that. */
export function readPolicy(input: Fields, call: Call): string | undefined {
  const text = input.optionalText('Policy', { min: 1, max: 131_072 });
  if (text === undefined) return undefined;
  if (Buffer.byteLength(text) > MAX_POLICY) throw malformed('The policy is larger than 32 KB.');
  const statements = parsePolicy(text);
  const guard = { account: call.home.account, statements, isSole: true };
  const grant = call.grantOf(guard, 'kms:PutKeyPolicy', '*');
  const mayReplace = grant === 'caller' || grant === 'account';
  if (mayReplace || input.flag('BypassPolicyLockoutSafetyCheck')) return text;
  throw malformed('The new key policy will not allow you to update the key policy in the future.');
}

function parsePolicy(text: string): readonly Statement[] {
  try {
    return parseResourcePolicy(JSON.parse(text));
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(message: string): Refusal {
  return new Refusal('MalformedPolicyDocumentException', message);
}
