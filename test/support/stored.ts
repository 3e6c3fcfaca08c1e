import {
  AddTagsToResourceCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParametersByPathCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type Parameter,
  type ParameterMetadata,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { DeleteObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { REGION, type TestAws } from './aws.ts';

/** The content of AWS, read and changed without coffer. */
export interface Stored {
  /** Decrypted values, by name without `prefix`. */
  values: (prefix: string) => Promise<Record<string, string>>;
  parameters: (prefix: string) => Promise<Map<string, Parameter>>;
  metadata: (prefix: string) => Promise<Map<string, ParameterMetadata>>;
  tags: (name: string) => Promise<Record<string, string>>;
  put: (name: string, value: string, more?: Partial<PutParameterCommandInput>) => Promise<void>;
  tag: (name: string, tags: Readonly<Record<string, string>>) => Promise<void>;
  remove: (...names: string[]) => Promise<void>;
  /** The keys in the bucket under `prefix`. */
  objects: (prefix: string) => Promise<string[]>;
  objectMetadata: (key: string) => Promise<Record<string, string> | undefined>;
  removeObject: (key: string) => Promise<void>;
}

export function storedIn(aws: TestAws, region = REGION): Stored {
  const { ssm, s3 } = aws.clients(region);
  const Bucket = aws.bucket;

  async function parameters(prefix: string) {
    const found = new Map<string, Parameter>();
    let NextToken: string | undefined;
    do {
      const page = await ssm.send(
        new GetParametersByPathCommand({
          Path: prefix,
          Recursive: true,
          WithDecryption: true,
          NextToken,
        }),
      );
      for (const item of page.Parameters ?? []) {
        found.set(item.Name?.slice(prefix.length) ?? '', item);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  return {
    parameters,
    async values(prefix) {
      const found = await parameters(prefix);
      return Object.fromEntries([...found].map(([name, { Value = '' }]) => [name, Value]));
    },
    async metadata(prefix) {
      const { Parameters = [] } = await ssm.send(
        new DescribeParametersCommand({
          ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: [prefix] }],
          MaxResults: 50,
        }),
      );
      return new Map(Parameters.map((item) => [item.Name?.slice(prefix.length) ?? '', item]));
    },
    async tags(name) {
      const { TagList = [] } = await ssm.send(
        new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }),
      );
      return Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value]));
    },
    async put(Name, Value, more = {}) {
      await ssm.send(
        new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true, ...more }),
      );
    },
    async tag(ResourceId, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await ssm.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId, Tags }));
    },
    async remove(...Names) {
      await ssm.send(new DeleteParametersCommand({ Names }));
    },
    async objects(prefix) {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: prefix.replace(/^\//, '') }),
      );
      return Contents.map(({ Key = '' }) => Key);
    },
    async objectMetadata(Key) {
      const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
      return Metadata;
    },
    async removeObject(Key) {
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };
}
