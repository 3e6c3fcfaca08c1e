import type { Random } from './random.ts';
import { IN_THE_REQUEST, WIRE_FAULTS, type WireFault } from './wire.ts';
import type { WireTrouble } from './chaos-proxy.ts';

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** What the preload in the child does at a file operation; its own file says how. */
type DiskTrouble =
  | { errno: (typeof ERRNOS)[number]; at: number; times: number }
  | { signal: EndingSignal; at: number; when: 'before' | 'after' };

/** What goes wrong while a command runs. */
export interface Trouble {
  wire?: readonly WireTrouble[];
  /** Ends the process at the `at`-th request. */
  atRequest?: { signal: EndingSignal; at: number; when: 'before' | 'after' };
  disk?: DiskTrouble;
}

const ERRNOS = ['ENOSPC', 'ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EMFILE', 'EIO'] as const;
const WIRE_KINDS = [...Object.keys(WIRE_FAULTS), IN_THE_REQUEST] as (
  WireFault | typeof IN_THE_REQUEST
)[];
/** More than the SDK and coffer try. */
const FOR_GOOD = 1000;
/** About as many requests, and file operations, as most commands make. */
const REQUESTS = 12;
const OPERATIONS = 60;
const WRITES = 5;

/** Chooses what goes wrong, and when. */
export function chooseTrouble(random: Random, isOnline: boolean): Trouble {
  const dice = random.below(100);
  if (dice < 4) return {};
  if (isOnline && dice < 55) return { wire: chooseWire(random) };
  const signal = random.pick(SIGNALS);
  const when = random.pick(['before', 'after'] as const);
  if (isOnline && dice < 68) return { atRequest: { signal, when, at: random.early(REQUESTS) } };
  const at = random.early(OPERATIONS);
  if (dice < 84) return { disk: { signal, when, at } };
  const times = random.pick([1, 1, 2, 5, FOR_GOOD]);
  return { disk: { errno: random.pick(ERRNOS), at: random.early(OPERATIONS / 2), times } };
}

/** One kind of trouble for a while, or some of several kinds. */
export function chooseWire(random: Random): WireTrouble[] {
  const count = random.chance(0.3) ? 2 + random.below(3) : 1;
  return Array.from({ length: count }, () => {
    const kind = random.pick(WIRE_KINDS);
    const times = kind === 'no answer' ? 1 : random.pick([1, 1, 1, 1, 1, 2, 3, FOR_GOOD]);
    // What is read comes first, so that most trouble would end a command before it writes.
    const isOfWrites = random.chance(0.5);
    return { kind, isOfWrites, times, at: random.early(isOfWrites ? WRITES : REQUESTS) };
  });
}

export function describeTrouble({ wire = [], atRequest, disk }: Trouble): string {
  const parts = wire.map(
    ({ kind, isOfWrites, at, times }) =>
      `${kind} from ${isOfWrites ? 'write' : 'request'} ${at} on${times === FOR_GOOD ? '' : `, ${times} times`}`,
  );
  if (atRequest) parts.push(`${atRequest.signal} ${atRequest.when} request ${atRequest.at}`);
  if (disk && 'signal' in disk) {
    parts.push(`${disk.signal} ${disk.when} file operation ${disk.at}`);
  } else if (disk) {
    parts.push(`${disk.errno} from file operation ${disk.at} on, ${disk.times} times`);
  }
  return parts.join('; ') || 'nothing goes wrong';
}
