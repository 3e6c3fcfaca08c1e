import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  type DescribeSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { createScene, type Scene } from './scene.ts';
import { REGION, type TestAws } from './aws.ts';

/** What Secrets Manager holds, read and changed without coffer. */
export interface StoredSecrets {
  client: SecretsManagerClient;
  describe: (name: string) => Promise<DescribeSecretCommandOutput>;
  /** The VersionId of the current value. */
  current: (name: string) => Promise<string | undefined>;
  /** The current value, or that of a version. */
  value: (name: string, versionId?: string) => Promise<string | Uint8Array | undefined>;
  put: (name: string, value: string) => Promise<void>;
  /** Lets AWS rotate it from tomorrow on. */
  rotate: (name: string) => Promise<void>;
  /** Those below a prefix that are not deleted. */
  names: (prefix: string) => Promise<string[]>;
  remove: (name: string) => Promise<void>;
}

export function secretsIn({ endpoint }: TestAws, region = REGION): StoredSecrets {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const describe: StoredSecrets['describe'] = (name) =>
    client.send(new DescribeSecretCommand({ SecretId: name }));
  const current = async (name: string) => {
    const { VersionIdsToStages = {} } = await describe(name);
    return Object.keys(VersionIdsToStages).find((id) =>
      VersionIdsToStages[id]?.includes('AWSCURRENT'),
    );
  };
  return {
    client,
    describe,
    current,
    async value(name, versionId) {
      // By its id: moto does not find the current version after a label moved.
      const VersionId = versionId ?? (await current(name));
      const answer = await client.send(new GetSecretValueCommand({ SecretId: name, VersionId }));
      return answer.SecretString ?? answer.SecretBinary;
    },
    async put(name, value) {
      await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
    },
    async rotate(name) {
      await client.send(
        new RotateSecretCommand({
          SecretId: name,
          RotateImmediately: false,
          RotationLambdaARN: 'arn:aws:lambda:us-east-1:111122223333:function:rotate',
          RotationRules: { AutomaticallyAfterDays: 30 },
        }),
      );
    },
    async names(prefix) {
      const Filters = [{ Key: 'name' as const, Values: [prefix] }];
      const { SecretList = [] } = await client.send(
        new ListSecretsCommand({ Filters, MaxResults: 100 }),
      );
      return SecretList.flatMap(({ Name }) => Name ?? []);
    },
    async remove(name) {
      await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
    },
  };
}

/** A scene whose manifest goes to Secrets Manager: into one secret, or each parameter into its own. */
export async function createSecretScene(
  aws: TestAws,
  parameters: string,
  { header = '', isOne = true, files = {} }: SecretSceneOptions = {},
): Promise<Scene & { secret: string }> {
  const secret = aws.unique('prod/superman');
  const one = isOne ? `secret: ${secret}\n` : '';
  const app = await createScene(aws, parameters, {
    header: `kmskey: ${aws.kmskey}\nstore: secretsmanager\n${one}${header}`,
    files,
  });
  return { ...app, secret };
}

interface SecretSceneOptions {
  header?: string;
  isOne?: boolean;
  files?: Readonly<Record<string, string | Uint8Array>>;
}
