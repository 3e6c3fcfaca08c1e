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
import { requestFacts, type Facts } from './iam/facts.ts';
import type { Policies, Question } from './iam/policies.ts';
import { grantOf, type Grant, type Guard } from './iam/resource.ts';
import type { Identities, Identity } from './identities.ts';
import type { Home } from './names.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { matchesAction } from './wildcards.ts';

/** Why a caller may not do something: which kind of policy forbids it, or fails to allow it. */
interface Objection {
  policy: 'identity' | 'resource';
  isExplicit: boolean;
}

/** Enforces policies of callers and of resources, and rules that deny. */
export class Access {
  readonly #settings: () => Settings;
  readonly #policies: Policies;
  readonly #identities: Identities;

  constructor(settings: () => Settings, policies: Policies, identities: Identities) {
    this.#settings = settings;
    this.#policies = policies;
    this.#identities = identities;
  }

  identityOf({ accessKeyId }: Caller): Identity {
    return this.#identities.of(accessKeyId);
  }

  /** Nothing if the caller may. A denial in any policy wins. */
  objection(caller: Caller, question: Question, guard?: Guard): Objection | undefined {
    const identity = this.identityOf(caller);
    const always = this.factsOf(identity);
    const verdict = this.#policies.decide(caller.accessKeyId, question, always);
    if (this.#isRuledOut(caller, question)) return { policy: 'identity', isExplicit: false };
    if (verdict === 'denied') return { policy: 'identity', isExplicit: true };
    const byIdentity: Objection | undefined =
      verdict === 'allowed' ? undefined : { policy: 'identity', isExplicit: false };
    if (guard === undefined) return byIdentity;
    const facts = { ...always, ...question.facts };
    const grant = grantOf(guard.statements, identity, { ...question, facts });
    if (grant === 'denied') return { policy: 'resource', isExplicit: true };
    const isForeign = guard.account !== identity.account;
    if (grant === 'caller' && !isForeign) return undefined;
    const isNeeded = isForeign || guard.isSole;
    if (grant === 'none' && isNeeded) return { policy: 'resource', isExplicit: false };
    return byIdentity;
  }

  factsOf(identity: Identity): Facts {
    return requestFacts(identity, { isSecure: this.#settings().secureTransport });
  }

  #isRuledOut({ accessKeyId, region }: Caller, { action }: Question): boolean {
    return this.#settings().rules.some(
      (rule) =>
        rule.deny === true &&
        matchesAction(rule.action, action) &&
        (rule.accessKeyId === undefined || rule.accessKeyId === accessKeyId) &&
        (rule.region === undefined || rule.region === region),
    );
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

  /** Where the caller's own resources are. */
  get home(): Home {
    return { account: this.identity.account, region: this.caller.region };
  }

  may(action: string, resource: string, guard?: Guard, facts: Facts = {}): boolean {
    return this.#access.objection(this.caller, { action, resource, facts }, guard) === undefined;
  }

  /** `facts` are the values of condition keys; `guard` is the resource if it has a policy. */
  require(action: string, resource: string, facts: Facts = {}, guard?: Guard): void {
    const objection = this.#access.objection(this.caller, { action, resource, facts }, guard);
    if (objection === undefined) return;
    const isForeign = guard !== undefined && guard.account !== this.identity.account;
    const isHidden = isForeign && objection.policy === 'resource';
    const isS3 = action.startsWith('s3:');
    const what = guard?.shown ?? (isHidden ? 'this resource' : `resource: ${resource}`);
    const why = isHidden ? HIDDEN : reason(objection, action);
    throw new Refusal(
      isS3 ? 'AccessDenied' : 'AccessDeniedException',
      isS3 && isHidden
        ? 'Access Denied'
        : `User: ${this.identity.arn} is not authorized to perform: ${action} on ${what} ${why}`,
      isS3 ? 403 : 400,
    );
  }

  /** What a resource's policy would say to this caller. */
  grantOf(guard: Guard, action: string, resource: string): Grant {
    const facts = this.#access.factsOf(this.identity);
    return grantOf(guard.statements, this.identity, { action, resource, facts });
  }
}

/** AWS does not say what another account has, or what its policies say. */
const HIDDEN =
  'because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';

function reason({ policy, isExplicit }: Objection, action: string): string {
  return isExplicit
    ? `with an explicit deny in ${policy === 'identity' ? 'an identity' : 'a resource'}-based policy`
    : `because no ${policy}-based policy allows the ${action} action`;
}
