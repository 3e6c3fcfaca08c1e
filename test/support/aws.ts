import { randomBytes } from 'node:crypto';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, inject } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';

export const REGION = 'us-east-1';

/** Real clients of one region, to arrange and to assert with. */
interface Clients {
  kms: KMSClient;
  ssm: SSMClient;
  s3: S3Client;
}

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The AWS that one test file talks to, and names in it that no other file uses. */
export interface TestAws extends Clients {
  endpoint: string;
  /** What a child process needs to reach it; nothing in it leads to the real AWS. */
  env: Readonly<Record<string, string>>;
  /** Alias of the key that encrypts what is stored. */
  kmskey: string;
  kmskeyArn: string;
  bucket: string;
  /** Alias of the file key, which does not exist until something creates it. */
  fileKeyAlias: string;
  clients: (region: string) => Clients;
  /** The same for somebody else. */
  clientsFor: (credentials: Credentials) => Clients;
  /** A name, such as a path or an alias without its prefix, that was never used before. */
  unique: (what: string) => string;
  /** A KMS key; its ARN. */
  createKey: (alias?: string, region?: string) => Promise<string>;
}

/** Starts or finds the AWS of this run; call it at the top of a test file. */
export async function useAws(): Promise<TestAws> {
  const endpoint = await findEndpoint();
  const file = randomBytes(4).toString('hex');
  let count = 0;
  const unique = (what: string) => `${what}-${file}-${(count += 1)}`;
  const clients = (region: string) => createClients(endpoint, region);
  const { kms, ssm, s3 } = clients(REGION);

  const createKey = async (alias?: string, region = REGION) => {
    const client = region === REGION ? kms : clients(region).kms;
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    if (!KeyMetadata?.KeyId || !KeyMetadata.Arn) throw new Error('no key was created');
    if (alias !== undefined) {
      const TargetKeyId = KeyMetadata.KeyId;
      await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId }));
    }
    return KeyMetadata.Arn;
  };

  const kmskey = `alias/${unique('stored')}`;
  const kmskeyArn = await createKey(kmskey);
  const bucket = unique('bucket');
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const fileKeyAlias = `alias/${unique('file-key')}`;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    COFFER_KEY_ALIAS: fileKeyAlias,
  };
  const names = { endpoint, env, kmskey, kmskeyArn, bucket, fileKeyAlias };
  const clientsFor = (credentials: Credentials) => createClients(endpoint, REGION, credentials);
  return { ...names, kms, ssm, s3, clients, clientsFor, unique, createKey };
}

async function findEndpoint(): Promise<string> {
  const kind = process.env['COFFER_TEST_AWS'];
  switch (kind) {
    case 'sandbox': {
      const sandbox = await startSandbox();
      afterAll(() => sandbox.close());
      return sandbox.url;
    }
    case 'moto':
      return inject('motoUrl');
    default:
      throw new Error(`COFFER_TEST_AWS is ${kind}, not sandbox or moto`);
  }
}

function createClients(
  endpoint: string,
  region: string,
  credentials: Credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
): Clients {
  const config = { endpoint, region, credentials };
  return {
    kms: new KMSClient(config),
    ssm: new SSMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
}
