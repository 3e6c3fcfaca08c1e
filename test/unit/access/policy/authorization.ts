/**
 * What AWS's service authorization reference says of the actions in coffer's policies (June 2026):
 * the resources that IAM checks them against, and the condition keys that it knows then. An
 * unsupported resource or condition key allows nothing, or, in a Deny, denies nothing.
 */
interface Support {
  /** None: the action works only on `*`. */
  resource?: keyof typeof RESOURCES;
  conditions: readonly string[];
}

interface Resource {
  arn: RegExp;
  /** Condition keys of every action on it. */
  conditions: readonly string[];
}

/** A name that ends with / or : stands for all names that begin with it. */
export const RESOURCES = {
  key: {
    arn: /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[^/]+$/,
    conditions: [
      'aws:ResourceTag/',
      'kms:KeyOrigin',
      'kms:KeySpec',
      'kms:KeyUsage',
      'kms:MultiRegion',
      'kms:MultiRegionKeyType',
      'kms:ResourceAliases',
    ],
  },
  parameter: {
    arn: /^arn:[a-z-]+:ssm:[a-z0-9-]+:\d{12}:parameter\/.+$/,
    conditions: ['aws:ResourceTag/', 'ssm:resourceTag/'],
  },
  bucket: {
    arn: /^arn:[a-z-]+:s3:::[^/*]+$/,
    conditions: ['aws:ResourceTag/', 's3:BucketTag/'],
  },
  object: {
    arn: /^arn:[a-z-]+:s3:::[^/*]+\/.+$/,
    conditions: ['aws:ResourceTag/', 's3:BucketTag/'],
  },
} as const satisfies Record<string, Resource>;

const OF_KEYS = ['kms:CallerAccount', 'kms:ViaService'];
const CRYPTO = [
  ...OF_KEYS,
  'kms:EncryptionAlgorithm',
  'kms:EncryptionContext:',
  'kms:EncryptionContextKeys',
  'kms:RequestAlias',
];
const OF_S3 = ['s3:ResourceAccount', 's3:TlsVersion', 's3:authType', 's3:signatureversion'];

const key = (conditions: readonly string[]): Support => ({ resource: 'key', conditions });
const parameter = (conditions: readonly string[] = []): Support => ({
  resource: 'parameter',
  conditions,
});
const bucket = (conditions: readonly string[] = []): Support => ({
  resource: 'bucket',
  conditions: [...OF_S3, ...conditions],
});
const object = (conditions: readonly string[] = []): Support => ({
  resource: 'object',
  conditions: [...OF_S3, ...conditions],
});

export const ACTIONS: Readonly<Record<string, Support>> = {
  'ec2:DescribeImages': { conditions: ['ec2:Region'] },
  'kms:Decrypt': key(CRYPTO),
  'kms:DescribeKey': key([...OF_KEYS, 'kms:RequestAlias']),
  'kms:EnableKeyRotation': key([...OF_KEYS, 'kms:RotationPeriodInDays']),
  'kms:Encrypt': key(CRYPTO),
  'kms:GenerateDataKey': key(CRYPTO),
  'kms:GetKeyRotationStatus': key(OF_KEYS),
  'kms:ReEncryptFrom': key([...CRYPTO, 'kms:ReEncryptOnSameKey']),
  'kms:ReEncryptTo': key([...CRYPTO, 'kms:ReEncryptOnSameKey']),
  's3:AbortMultipartUpload': object(),
  's3:CreateBucket': bucket(['aws:RequestTag/', 'aws:TagKeys', 's3:locationconstraint']),
  's3:DeleteObject': object(['s3:if-match']),
  's3:GetBucketOwnershipControls': bucket(),
  's3:GetBucketPolicy': bucket(),
  's3:GetBucketPublicAccessBlock': bucket(),
  's3:GetBucketVersioning': bucket(),
  's3:GetEncryptionConfiguration': bucket(),
  's3:GetLifecycleConfiguration': bucket(),
  's3:GetObject': object(['s3:ExistingObjectTag/']),
  's3:ListBucket': bucket(['s3:delimiter', 's3:max-keys', 's3:prefix']),
  's3:ListBucketMultipartUploads': bucket(),
  's3:PutBucketOwnershipControls': bucket(),
  's3:PutBucketPolicy': bucket(),
  's3:PutBucketPublicAccessBlock': bucket(),
  's3:PutBucketVersioning': bucket(),
  's3:PutEncryptionConfiguration': bucket(),
  's3:PutLifecycleConfiguration': bucket(),
  's3:PutObject': object(['s3:if-match', 's3:if-none-match', 's3:x-amz-server-side-encryption']),
  'ssm:AddTagsToResource': parameter(['aws:RequestTag/', 'aws:TagKeys']),
  'ssm:DeleteParameters': parameter(),
  'ssm:DescribeParameters': { conditions: [] },
  'ssm:GetParameter': parameter(),
  'ssm:GetParameterHistory': parameter(),
  'ssm:GetParameters': parameter(),
  'ssm:ListTagsForResource': parameter(),
  'ssm:PutParameter': parameter(['aws:RequestTag/', 'aws:TagKeys', 'ssm:Overwrite']),
  'ssm:RemoveTagsFromResource': parameter(['aws:TagKeys']),
};

/** KMS refuses a key policy that has one of these. */
export const NOT_IN_KEY_POLICIES = ['aws:ResourceTag/', 'kms:ResourceTag/', 'kms:ResourceAliases'];

export function isAmong(name: string, names: readonly string[]): boolean {
  return names.some((each) => (/[/:]$/.test(each) ? name.startsWith(each) : name === each));
}
