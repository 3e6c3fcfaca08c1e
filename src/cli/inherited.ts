import { constants, readdirSync, readlinkSync } from 'node:fs';
import { infoOf } from '../files/descriptor.ts';

/**
 * The descriptors above 2 that this process got from its caller, such as `3< file`, a process
 * substitution, the pipe of make's jobserver or a socket of systemd, if the call may run a command.
 * Node closes them for the commands that it starts, unless they are passed on one by one. Only on
 * Linux: elsewhere nothing tells them from Node's own.
 * @param own one that coffer opened
 */
export function findInherited(argv: readonly string[], own?: number): readonly number[] {
  if (!argv.some((word) => word === 'exec' || word === 'sandbox')) return [];
  const open = listDescriptors().filter(({ number }) => number > 2 && number !== own);
  // Node begins with an event queue, at the first number that the caller left free.
  const first = open.find(({ target }) => target === 'anon_inode:[eventpoll]')?.number ?? 0;
  const unsure = open.filter(({ number, flags }) => number >= first && (flags & CLOEXEC) !== 0);
  const ofNode = new Set([
    ...unsure.filter((one) => isOfNode(one, unsure)),
    ...ofNodeIfAlone(unsure.filter(({ target, flags }) => isNull(target) && access(flags) === 0)),
    ...ofNodeIfAlone(unsure.filter((one) => isPipeToItself(one, unsure, 0))),
  ]);
  return open.filter((one) => !ofNode.has(one)).map(({ number }) => number);
}

/** Node sets it for all that it opens, and for what it inherits up to a number. */
const CLOEXEC = 0o2000000;

interface Descriptor {
  number: number;
  target: string;
  /** Of `open`. */
  flags: number;
}

/** Node has event queues, and pipes to itself that do not block. */
function isOfNode(one: Descriptor, all: readonly Descriptor[]): boolean {
  return one.target.startsWith('anon_inode:') || isPipeToItself(one, all, constants.O_NONBLOCK);
}

/**
 * Node opens one /dev/null, and one pipe that blocks. Where there are more, nothing tells the
 * caller's: then all are passed on, since a missing descriptor is worse than one too many.
 */
function ofNodeIfAlone(similar: readonly Descriptor[]): readonly Descriptor[] {
  return new Set(similar.map(({ target, number }) => (isNull(target) ? number : target))).size > 1
    ? []
    : similar;
}

/** @param blocking O_NONBLOCK, or 0: of both ends */
function isPipeToItself(
  { target, flags }: Descriptor,
  all: readonly Descriptor[],
  blocking: number,
): boolean {
  const ends = all.filter((other) => other.target === target);
  return (
    target.startsWith('pipe:') &&
    ends.every((end) => (end.flags & constants.O_NONBLOCK) === blocking) &&
    ends.some((end) => access(end.flags) === 1 - access(flags))
  );
}

function isNull(target: string): boolean {
  return target === '/dev/null';
}

/** 0 reads, 1 writes, 2 does both. */
function access(flags: number): number {
  return flags & 3;
}

function listDescriptors(): Descriptor[] {
  try {
    return readdirSync('/proc/self/fd')
      .flatMap(describe)
      .toSorted((a, b) => a.number - b.number);
  } catch {
    return [];
  }
}

/** Nothing for the folder that was open only to be listed. */
function describe(name: string): Descriptor[] {
  try {
    const target = readlinkSync(`/proc/self/fd/${name}`);
    const info = infoOf(Number(name));
    return info ? [{ number: Number(name), target, flags: info.flags }] : [];
  } catch {
    return [];
  }
}
