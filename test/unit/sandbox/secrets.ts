import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type CreateSecretCommandInput,
  type ListSecretsCommandInput,
  type PutSecretValueCommandInput,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** A function that rotates; nothing runs it. */
export const LAMBDA = 'arn:aws:lambda:us-east-1:111122223333:function:rotate';

let counter = 0;

/** A name that no other test has. */
export function freshName(): string {
  return `app/s${(counter += 1)}`;
}

/** A version id, the same for the same letter. */
export function idOf(letter: string): string {
  return letter.repeat(32);
}

/** Short calls of one client. */
export function secretsOf(client: SecretsManagerClient) {
  return {
    create: (input: Partial<CreateSecretCommandInput> = {}) =>
      client.send(new CreateSecretCommand({ Name: freshName(), ...input })),
    put: (SecretId: string, letter: string, input: Partial<PutSecretValueCommandInput> = {}) =>
      client.send(
        new PutSecretValueCommand({
          SecretId,
          SecretString: `value ${letter}`,
          ClientRequestToken: idOf(letter),
          ...input,
        }),
      ),
    get: (SecretId: string, which: { VersionId?: string; VersionStage?: string } = {}) =>
      client.send(new GetSecretValueCommand({ SecretId, ...which })),
    describe: (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId })),
    /** The labels of each version, by the first letter of its id. */
    stages: async (SecretId: string) => {
      const { Versions = [] } = await client.send(
        new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }),
      );
      return Object.fromEntries(
        Versions.map(({ VersionId, VersionStages = [] }) => [VersionId?.[0], VersionStages]),
      );
    },
    list: async (input: ListSecretsCommandInput = {}) => {
      const { SecretList = [] } = await client.send(new ListSecretsCommand(input));
      return SecretList.map(({ Name }) => Name);
    },
  };
}
