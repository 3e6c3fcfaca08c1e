import {
  DeleteSecretCommand,
  GetResourcePolicyCommand,
  ListSecretVersionIdsCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { clientsFor, codeOf } from './clients.ts';
import type { Clients } from './clients.ts';
import { freshName, idOf, LAMBDA, secretsOf } from './secrets.ts';

let sandbox: Sandbox;
let client: Clients['secrets'];
let secrets: ReturnType<typeof secretsOf>;

beforeAll(async () => {
  sandbox = await startSandbox();
  client = clientsFor(sandbox.url).secrets;
  secrets = secretsOf(client);
});
afterAll(() => sandbox.close());

async function settings(content: object): Promise<void> {
  const body = JSON.stringify(content);
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body });
}

const remove = (SecretId: string, how: object = {}) =>
  client.send(new DeleteSecretCommand({ SecretId, ...how }));

describe('deletion', () => {
  test('waits, and everything that reads or writes is refused meanwhile', async () => {
    const { Name = '' } = await secrets.create({ SecretString: 'v' });
    const { DeletionDate } = await remove(Name, { RecoveryWindowInDays: 7 });
    const days = (+(DeletionDate ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    expect((await secrets.describe(Name)).DeletedDate).toBeInstanceOf(Date);
    await client.send(new ListSecretVersionIdsCommand({ SecretId: Name }));
    for (const refused of [
      () => secrets.get(Name),
      () => secrets.put(Name, 'a'),
      () => client.send(new UpdateSecretCommand({ SecretId: Name, Description: 'd' })),
      () => client.send(new TagResourceCommand({ SecretId: Name, Tags: [] })),
      () => client.send(new GetResourcePolicyCommand({ SecretId: Name })),
      () => client.send(new RotateSecretCommand({ SecretId: Name, RotationLambdaARN: LAMBDA })),
      () => remove(Name),
      () => secrets.create({ Name }),
    ]) {
      expect(await codeOf(refused())).toBe('InvalidRequestException');
    }
    await client.send(new RestoreSecretCommand({ SecretId: Name }));
    expect((await secrets.get(Name)).SecretString).toBe('v');
    expect((await secrets.describe(Name)).DeletedDate).toBeUndefined();
  });

  test('has a window from 7 to 30 days', async () => {
    const { Name = '' } = await secrets.create();
    for (const how of [
      { RecoveryWindowInDays: 6 },
      { RecoveryWindowInDays: 31 },
      { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
    ]) {
      expect(await codeOf(remove(Name, how))).toBe('InvalidParameterException');
    }
    await remove(Name, { RecoveryWindowInDays: 30 });
    expect(await codeOf(remove('none'))).toBe('ResourceNotFoundException');
  });

  test('by force leaves the name taken for some calls, or until told', async () => {
    const ForceDeleteWithoutRecovery = true;
    const { Name = '', ARN } = await secrets.create({ SecretString: 'v' });
    await remove(Name);
    await remove(Name, { ForceDeleteWithoutRecovery });
    expect(await codeOf(secrets.get(Name))).toBe('ResourceNotFoundException');
    expect(await codeOf(secrets.create({ Name }))).toBe('InvalidRequestException');
    const again = await secrets.create({ Name });
    expect(again.ARN).not.toBe(ARN);
    await settings({ forceDeleteLag: 1000 });
    await remove(Name, { ForceDeleteWithoutRecovery });
    for (const _ of [1, 2, 3]) {
      expect(await codeOf(secrets.create({ Name }))).toBe('InvalidRequestException');
    }
    await settings({ forceDeleteLag: 0 });
    await secrets.create({ Name });
    await settings({});
    await remove('never-there', { ForceDeleteWithoutRecovery });
  });
});

describe('replicas', () => {
  test('can be read in their region, follow their primary, and keep it from deletion', async () => {
    const Name = freshName();
    const AddReplicaRegions = [{ Region: 'eu-west-1' }];
    const { ARN, ReplicationStatus } = await secrets.create({
      Name,
      SecretString: 'v',
      AddReplicaRegions,
    });
    expect(ReplicationStatus).toMatchObject([{ Region: 'eu-west-1', Status: 'InSync' }]);
    const far = clientsFor(sandbox.url, { region: 'eu-west-1' }).secrets;
    const there = secretsOf(far);
    expect((await there.get(Name)).ARN).toBe(ARN?.replace('us-east-1', 'eu-west-1'));
    await secrets.put(Name, 'a');
    expect(await there.get(Name)).toMatchObject({
      SecretString: 'value a',
      VersionId: idOf('a'),
    });
    expect((await there.describe(Name)).PrimaryRegion).toBe('us-east-1');
    expect(await codeOf(there.put(Name, 'b'))).toBe('InvalidParameterException');
    const remove = new DeleteSecretCommand({ SecretId: Name });
    expect(await codeOf(far.send(remove))).toBe('InvalidParameterException');
    expect(await codeOf(client.send(remove))).toBe('InvalidRequestException');
    await client.send(
      new RemoveRegionsFromReplicationCommand({
        SecretId: Name,
        RemoveReplicaRegions: ['eu-west-1'],
      }),
    );
    expect(await codeOf(there.get(Name))).toBe('ResourceNotFoundException');
    await client.send(remove);
  });

  test('do not replace a secret of their name, unless told', async () => {
    const Name = freshName();
    const there = secretsOf(clientsFor(sandbox.url, { region: 'eu-west-2' }).secrets);
    await there.create({ Name, SecretString: 'theirs' });
    await secrets.create({ Name, SecretString: 'ours' });
    const replicate = (input: object) =>
      client.send(
        new ReplicateSecretToRegionsCommand({
          SecretId: Name,
          AddReplicaRegions: [{ Region: 'eu-west-2' }],
          ...input,
        }),
      );
    expect((await replicate({})).ReplicationStatus).toMatchObject([{ Status: 'Failed' }]);
    expect((await there.get(Name)).SecretString).toBe('theirs');
    const forced = await replicate({ ForceOverwriteReplicaSecret: true });
    expect(forced.ReplicationStatus).toMatchObject([{ Status: 'InSync' }]);
    expect((await there.get(Name)).SecretString).toBe('ours');
    expect(await codeOf(replicate({ AddReplicaRegions: [{ Region: 'us-east-1' }] }))).toBe(
      'InvalidParameterException',
    );
  });
});
