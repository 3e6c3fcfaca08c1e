/**
 * The one place that answers "may this caller do this action on this resource".
 *
 * Every handler asks it before it looks at existing state, with IAM's action names and the ARN.
 * Most operations need the action of their own name; the others:
 *
 * | operation | actions |
 * |---|---|
 * | kms:ReEncrypt | kms:ReEncryptFrom on the source key, kms:ReEncryptTo on the destination key |
 * | kms:CreateAlias, UpdateAlias, DeleteAlias | the same on the alias and on each key concerned |
 * | kms:CreateKey with tags | + kms:TagResource on `key/*`: the key has no ARN and no tags yet |
 * | ssm:PutParameter | + ssm:AddTagsToResource with tags, + kms:Encrypt (Standard) or kms:GenerateDataKey (Advanced) for SecureString |
 * | ssm:PutParameter of data type aws:ec2:image | + ec2:DescribeImages on `*` (AWS finds its lack after it has answered) |
 * | ssm:GetParameters, DeleteParameters | the same on each parameter |
 * | ssm:GetParametersByPath | the same on the path |
 * | ssm:Get… with decryption | + kms:Decrypt on the parameter's key |
 * | secretsmanager:CreateSecret | + secretsmanager:TagResource with tags, + secretsmanager:ReplicateSecretToRegions with replicas |
 * | secretsmanager:BatchGetSecretValue | the same on `*`, + secretsmanager:GetSecretValue on each secret, + secretsmanager:ListSecrets with filters |
 * | a secret that does not exist | the same on its ARN without the six characters, which `NAME-??????` does not match |
 * | a value of a secret | + kms:Decrypt to read, kms:GenerateDataKey and kms:Decrypt to write, on the secret's key |
 * | s3:HeadObject | s3:GetObject |
 * | s3:HeadBucket, ListObjects, ListObjectsV2 | s3:ListBucket |
 * | s3:ListBuckets | s3:ListAllMyBuckets |
 * | s3:CopyObject, UploadPartCopy | s3:GetObject on the source, s3:PutObject on the target |
 * | s3:…PublicAccessBlock, …BucketEncryption, …BucketLifecycleConfiguration | s3:…BucketPublicAccessBlock, …EncryptionConfiguration, …LifecycleConfiguration |
 * | s3:CreateMultipartUpload, UploadPart, CompleteMultipartUpload | s3:PutObject |
 * | s3:DeleteObjects | s3:DeleteObject on each object |
 * | s3:ListParts, ListMultipartUploads | s3:ListMultipartUploadParts, s3:ListBucketMultipartUploads |
 * | an object under a KMS key | + kms:GenerateDataKey to write, kms:Decrypt to read |
 * | a missing object | s3:ListBucket, or the answer is AccessDenied |
 * | ssm:DescribeParameters, kms:CreateKey, kms:ListKeys, kms:ListAliases, secretsmanager:ListSecrets | the same on `*`: they do not support resources |
 */
import type { Caller } from './caller.ts';
import type { Facts } from './iam/facts.ts';
import type { Policies, Question, Verdict } from './iam/policies.ts';
import { Refusal } from './refusal.ts';
import type { Rule } from './settings.ts';
import type { Identities, Identity } from './identities.ts';
import { matchesAction } from './wildcards.ts';

/** Enforces policies of callers, and rules that deny. Ignores policies of keys and buckets. */
export class Access {
  readonly #rules: () => readonly Rule[];
  readonly #policies: Policies;
  readonly #identities: Identities;

  constructor(rules: () => readonly Rule[], policies: Policies, identities: Identities) {
    this.#rules = rules;
    this.#policies = policies;
    this.#identities = identities;
  }

  identityOf({ accessKeyId }: Caller): Identity {
    return this.#identities.of(accessKeyId);
  }

  decide({ accessKeyId, region }: Caller, question: Question): Verdict {
    const isRuledOut = this.#rules().some(
      (rule) =>
        rule.deny === true &&
        matchesAction(rule.action, question.action) &&
        (rule.accessKeyId === undefined || rule.accessKeyId === accessKeyId) &&
        (rule.region === undefined || rule.region === region),
    );
    const verdict = this.#policies.decide(accessKeyId, question);
    return isRuledOut ? 'unstated' : verdict;
  }
}

/** One request: its caller, and what the caller may do. */
export class Call {
  readonly caller: Caller;
  readonly identity: Identity;
  readonly requestId: string;
  readonly now: number;
  readonly #access: Access;

  constructor(access: Access, caller: Caller, requestId: string, now: number) {
    this.#access = access;
    this.caller = caller;
    this.identity = access.identityOf(caller);
    this.requestId = requestId;
    this.now = now;
  }

  may(action: string, resource: string): boolean {
    return this.#decide({ action, resource, facts: {} }) === 'allowed';
  }

  /** `facts` are the values of condition keys. */
  require(action: string, resource: string, facts: Facts = {}): void {
    const verdict = this.#decide({ action, resource, facts });
    if (verdict === 'allowed') return;
    const why =
      verdict === 'denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    throw new Refusal(
      action.startsWith('s3:') ? 'AccessDenied' : 'AccessDeniedException',
      `User: ${this.identity.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
      action.startsWith('s3:') ? 403 : 400,
    );
  }

  #decide(question: Question): Verdict {
    return this.#access.decide(this.caller, question);
  }
}
