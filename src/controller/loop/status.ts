import { pinsOf } from '../../formats/coffer-secret.ts';
import { READY, secretNameOf, type Condition, type Resource, type Status } from '../resource.ts';
import type { Reason } from './failure.ts';

/** How a reconciliation ended. */
export type Outcome =
  | { isReady: true; isWritten: boolean; restarted: string | undefined }
  | { isReady: false; reason: Reason; message: string };

/** The schema's limit. */
const MESSAGE = 1024;

/** The status after an outcome, or undefined if it says the same already. */
export function nextStatus(resource: Resource, outcome: Outcome, now: number): Status | undefined {
  const { metadata, spec, status: old = {} } = resource;
  const time = `${new Date(now).toISOString().slice(0, -5)}Z`;
  const before = readyOf(resource);
  const found = {
    type: READY,
    observedGeneration: metadata.generation,
    ...(outcome.isReady
      ? { status: 'True' as const, reason: 'Synced', message: '' }
      : { status: 'False' as const, reason: outcome.reason, message: cut(outcome.message) }),
  };
  const condition: Condition = {
    ...found,
    lastTransitionTime: before?.status === found.status ? before.lastTransitionTime : time,
  };
  // What failed leaves the Secret as it is.
  const held = outcome.isReady
    ? {
        secretName: secretNameOf(resource),
        keys: spec.data.length,
        pins: pinsOf(spec),
        restarted: outcome.restarted,
      }
    : {
        secretName: old.secretName,
        keys: old.keys,
        pins: old.pins,
        restarted: old.restarted,
      };
  const isWritten = outcome.isReady && (outcome.isWritten || old.syncedAt === undefined);
  const next: Status = {
    observedGeneration: metadata.generation,
    ...held,
    syncedAt: isWritten ? time : old.syncedAt,
    conditions: [condition],
  };
  return isSame(next, { ...old, conditions: before && [before] }) ? undefined : next;
}

export function readyOf({ status }: Resource): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === READY);
}

function isSame(a: Status, b: Status): boolean {
  return textOf(a) === textOf(b);
}

/** All that people see, without the times that follow from it. */
function textOf({ conditions = [], ...rest }: Status): string {
  const [ready] = conditions;
  return JSON.stringify([
    [rest.observedGeneration, rest.secretName, rest.keys, rest.pins, rest.restarted, rest.syncedAt],
    [ready?.status, ready?.reason, ready?.message ?? '', ready?.observedGeneration],
  ]);
}

function cut(message: string): string {
  return message.length <= MESSAGE ? message : `${message.slice(0, MESSAGE - 1)}…`;
}
