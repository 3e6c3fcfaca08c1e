import {
  CreateAliasCommand,
  CreateKeyCommand,
  EnableKeyRotationCommand,
  ScheduleKeyDeletionCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { setTimeout as sleep } from 'node:timers/promises';
import { CofferError, isFailure } from '../errors.ts';
import { need } from './answer.ts';
import { awsErrorName } from './errors.ts';
import { call, type Session } from './session.ts';
import { DAYS_TO_KEEP, describeSpare, type NamedKey, type SpareKey } from './spare-key.ts';

/** A new alias becomes visible everywhere only after a while. */
const LOOKS_MS = [0, 200, 400, 800, 1600, 3200];

/**
 * Creates a symmetric key with yearly rotation, and its `alias`. If several processes do so at
 * once, the losers schedule their keys for deletion. The same happens to a key that cannot get a
 * name, but never to one that may have got it.
 * @param find finds the key behind the alias
 */
export async function createNamedKey(
  { session, client }: { session: Session; client: KMSClient },
  alias: string,
  description: string,
  find: (alias: string) => Promise<string | undefined>,
): Promise<NamedKey> {
  const creating = { action: 'kms:CreateKey', target: alias };
  const { KeyMetadata } = await call(session, creating, () =>
    client.send(new CreateKeyCommand({ Description: description })),
  );
  const KeyId = need(creating, KeyMetadata, 'KeyId');
  const arn = need(creating, KeyMetadata, 'Arn');
  const retire = () => scheduleDeletion({ session, client }, arn);
  try {
    await call(session, { action: 'kms:EnableKeyRotation', target: arn }, () =>
      client.send(new EnableKeyRotationCommand({ KeyId })),
    );
  } catch (error) {
    throw explain(error, await retire());
  }
  try {
    await call(session, { action: 'kms:CreateAlias', target: alias }, () =>
      client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyId })),
    );
    return { arn };
  } catch (error) {
    if (isFailure(error, 'denied')) throw explain(error, await retire());
    const named = await lookFor(alias, find, error).catch(() => undefined);
    // The answer to an earlier attempt may have been lost.
    if (named === arn) return { arn };
    if (named === undefined) throw explain(error, { arn, isScheduled: false });
    return { arn: named, spare: await retire() };
  }
}

/** An alias that exists may not be visible yet. */
async function lookFor(
  alias: string,
  find: (alias: string) => Promise<string | undefined>,
  error: unknown,
): Promise<string | undefined> {
  const isTaken = awsErrorName(error) === 'AlreadyExistsException';
  for (const pause of isTaken ? LOOKS_MS : [0]) {
    await sleep(pause);
    const arn = await find(alias);
    if (arn !== undefined) return arn;
  }
  return undefined;
}

async function scheduleDeletion(
  { session, client }: { session: Session; client: KMSClient },
  arn: string,
): Promise<SpareKey> {
  try {
    await call(session, { action: 'kms:ScheduleKeyDeletion', target: arn }, () =>
      client.send(
        new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: DAYS_TO_KEEP }),
      ),
    );
    return { arn, isScheduled: true };
  } catch {
    return { arn, isScheduled: false };
  }
}

/** The same failure, with a note about the key that it left. */
function explain(error: unknown, spare: SpareKey): unknown {
  if (!(error instanceof CofferError)) return error;
  const left = describeSpare(spare);
  const hint = [error.hint, left.message, left.hint].filter(Boolean).join('; ');
  return new CofferError(error.code, error.message, { hint, cause: error.cause });
}
