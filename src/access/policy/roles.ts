import type { StoreName } from '../../manifest/model.ts';
import type { Scope } from './scopes.ts';

export const ROLES = [
  'author',
  'author-write-only',
  'ci',
  'ci-diff',
  'ci-no-decrypt',
  'reader',
  'controller',
  'admin',
  'bootstrap',
] as const;

export type Role = (typeof ROLES)[number];

/** What a role may do. docs/policy.md says which command needs each action. */
interface Rights {
  /** Commands that show what its rights are for. */
  commands: readonly string[];
  may: Readonly<Partial<Record<Scope, readonly string[]>>>;
  /** The stores for which it needs no right to open what is in git. */
  opensNothingFor?: readonly StoreName[];
  /** Between which keys it may re-encrypt data keys, without seeing them. */
  carries: readonly (readonly [from: Scope, to: Scope])[];
}

const WRITE_PARAMETERS = [
  'ssm:AddTagsToResource',
  'ssm:DeleteParameters',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:ListTagsForResource',
  'ssm:PutParameter',
  'ssm:RemoveTagsFromResource',
];
const WRITE_SECRETS = [
  'secretsmanager:CancelRotateSecret',
  'secretsmanager:CreateSecret',
  'secretsmanager:DeleteSecret',
  'secretsmanager:DescribeSecret',
  'secretsmanager:PutSecretValue',
  'secretsmanager:RemoveRegionsFromReplication',
  'secretsmanager:ReplicateSecretToRegions',
  'secretsmanager:RestoreSecret',
  'secretsmanager:TagResource',
  'secretsmanager:UntagResource',
  'secretsmanager:UpdateSecret',
  'secretsmanager:UpdateSecretVersionStage',
];
const LIST_SECRETS = ['secretsmanager:ListSecrets'];
/** Secrets Manager encrypts and decrypts by data keys, in the name of its caller. */
const WRITE_WITH_KEY = ['kms:Decrypt', 'kms:GenerateDataKey'];
const WRITE_OBJECTS = ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'];
const KEEP_KEYS = ['kms:DescribeKey', 'kms:EnableKeyRotation', 'kms:GetKeyRotationStatus'];

/** What `sync` does, apart from opening values. */
const SYNC: Rights = {
  commands: ['sync'],
  may: {
    Parameters: WRITE_PARAMETERS,
    ParameterList: ['ssm:DescribeParameters'],
    Images: ['ec2:DescribeImages'],
    Objects: WRITE_OBJECTS,
    ReadersKey: ['kms:DescribeKey'],
    // Without it, S3 does not distinguish a missing object from a forbidden one.
    Bucket: ['s3:ListBucket'],
  },
  carries: [['SealedBlobs', 'ObjectKeys']],
};

export const RIGHTS: Readonly<Record<Role, Rights>> = {
  author: {
    commands: ['encrypt', 'decrypt', 'move'],
    may: {
      SealedValues: ['kms:Decrypt', 'kms:GenerateDataKey'],
      FileKey: ['kms:DescribeKey'],
      SealedBlobs: ['kms:Decrypt', 'kms:GenerateDataKey'],
      RecoveryValues: ['kms:Encrypt'],
      RecoveryBlobs: ['kms:Encrypt'],
      PsymlValues: ['kms:Decrypt'],
    },
    carries: [['SealedBlobs', 'SealedBlobs']],
  },
  'author-write-only': {
    commands: ['encrypt'],
    may: {
      // They know the plaintext of the keys that they make: nobody else seals under those.
      WriteOnlyValues: ['kms:GenerateDataKey'],
      FileKey: ['kms:DescribeKey'],
      SealedBlobs: ['kms:GenerateDataKey'],
      RecoveryWriteOnly: ['kms:Encrypt'],
      RecoveryBlobs: ['kms:Encrypt'],
    },
    carries: [],
  },
  ci: {
    commands: ['diff', 'sync'],
    may: {
      ...SYNC.may,
      SealedValues: ['kms:Decrypt'],
      PsymlValues: ['kms:Decrypt'],
      Secrets: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      StoredSecrets: WRITE_SECRETS,
      SecretList: LIST_SECRETS,
      SecretKeys: WRITE_WITH_KEY,
      SecretKeyTrials: WRITE_WITH_KEY,
    },
    carries: SYNC.carries,
  },
  'ci-diff': {
    commands: ['diff'],
    may: {
      SealedValues: ['kms:Decrypt'],
      PsymlValues: ['kms:Decrypt'],
      Secrets: ['kms:Decrypt'],
      Parameters: ['ssm:GetParameters', 'ssm:ListTagsForResource'],
      ParameterList: ['ssm:DescribeParameters'],
      Objects: ['s3:GetObject'],
      ReadersKey: ['kms:DescribeKey'],
      Bucket: ['s3:ListBucket'],
      StoredSecrets: ['secretsmanager:DescribeSecret'],
      SecretList: LIST_SECRETS,
    },
    opensNothingFor: ['secretsmanager'],
    carries: [],
  },
  'ci-no-decrypt': SYNC,
  reader: {
    commands: ['get', 'export'],
    may: {
      Secrets: ['kms:Decrypt'],
      ObjectKeys: ['kms:Decrypt'],
      OlderKeys: ['kms:Decrypt'],
      Parameters: ['ssm:GetParameter', 'ssm:GetParameters'],
      Objects: ['s3:GetObject'],
      StoredSecrets: ['secretsmanager:GetSecretValue'],
      SecretList: ['secretsmanager:BatchGetSecretValue'],
      SecretKeys: ['kms:Decrypt'],
    },
    carries: [],
  },
  /** It reads only what a pin names, ten parameters in a call, and every object is coffer's own. */
  controller: {
    commands: ['controller'],
    may: {
      Secrets: ['kms:Decrypt'],
      ObjectKeys: ['kms:Decrypt'],
      Parameters: ['ssm:GetParameters'],
      Objects: ['s3:GetObject'],
      StoredSecrets: ['secretsmanager:GetSecretValue'],
      SecretKeys: ['kms:Decrypt'],
    },
    carries: [],
  },
  admin: {
    commands: [
      'encrypt',
      'decrypt',
      'move',
      'refresh',
      'recovery',
      'diff',
      'sync',
      'get',
      'history',
      'rollback',
      'put',
      'gc',
      'nuke',
    ],
    may: {
      SealedValues: ['kms:Decrypt', 'kms:GenerateDataKey'],
      SealedBlobs: ['kms:Decrypt', 'kms:GenerateDataKey'],
      RecoveryValues: ['kms:Decrypt', 'kms:Encrypt'],
      RecoveryBlobs: ['kms:Decrypt', 'kms:Encrypt'],
      PsymlValues: ['kms:Decrypt'],
      RefreshedValues: ['kms:GenerateDataKey'],
      RefreshedBlobs: ['kms:GenerateDataKey'],
      Secrets: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      ObjectKeys: ['kms:Decrypt', 'kms:GenerateDataKey'],
      OlderKeys: ['kms:Decrypt'],
      ReadersKey: ['kms:DescribeKey'],
      FileKey: ['kms:DescribeKey'],
      Parameters: [...WRITE_PARAMETERS, 'ssm:GetParameterHistory'],
      StoredSecrets: [
        ...WRITE_SECRETS,
        'secretsmanager:GetSecretValue',
        'secretsmanager:ListSecretVersionIds',
      ],
      SecretList: ['secretsmanager:BatchGetSecretValue', ...LIST_SECRETS],
      SecretKeys: WRITE_WITH_KEY,
      SecretKeyTrials: WRITE_WITH_KEY,
      ParameterList: ['ssm:DescribeParameters'],
      Images: ['ec2:DescribeImages'],
      Objects: [...WRITE_OBJECTS, 's3:DeleteObject'],
      Bucket: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
    },
    carries: [
      ['SealedBlobs', 'ObjectKeys'],
      ['ObjectKeys', 'SealedBlobs'],
      ['SealedBlobs', 'SealedBlobs'],
      ['SealedValues', 'ListedValues'],
      ['SealedValues', 'RefreshedValues'],
      ['SealedBlobs', 'RefreshedBlobs'],
    ],
  },
  /**
   * Makes existing keys and the bucket safe. It creates no key: whoever may give a key an alias may
   * give it to a key of others, and the other roles may use a key that has the manifest's alias.
   * IAM cannot limit that to new keys: see docs/bootstrap.md.
   */
  bootstrap: {
    commands: ['bootstrap'],
    may: {
      ReadersKey: KEEP_KEYS,
      Keys: KEEP_KEYS,
      Bucket: [
        's3:CreateBucket',
        's3:GetBucketOwnershipControls',
        's3:GetBucketPolicy',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
        's3:GetLifecycleConfiguration',
        's3:ListBucket',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:PutBucketVersioning',
        's3:PutEncryptionConfiguration',
        's3:PutLifecycleConfiguration',
      ],
    },
    carries: [],
  },
};
