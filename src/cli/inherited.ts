import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The descriptors above 2 that this process got from its caller, such as `3< file`, a process
 * substitution or a socket of systemd, if the call may run a command. Node closes them for the
 * commands that it starts, unless they are passed on one by one. Only on Linux: elsewhere nothing
 * tells them from Node's own.
 * @param own one that coffer opened
 */
export function findInherited(argv: readonly string[], own?: number): readonly number[] {
  if (!argv.some((word) => word === 'exec' || word === 'sandbox')) return [];
  const open = listDescriptors().filter(({ number }) => number > 2 && number !== own);
  return open.filter((one) => !isOfNode(one, open)).map(({ number }) => number);
}

interface Descriptor {
  number: number;
  target: string;
  /** 0 reads, 1 writes, 2 does both. */
  access: number;
}

/** Node has event queues, pipes to itself, and /dev/null. */
function isOfNode({ target, access }: Descriptor, all: readonly Descriptor[]): boolean {
  if (target === '/dev/null' || target.startsWith('anon_inode:')) return true;
  const otherEnd = 1 - access;
  return (
    target.startsWith('pipe:') &&
    all.some((other) => other.target === target && other.access === otherEnd)
  );
}

function listDescriptors(): Descriptor[] {
  try {
    return readdirSync('/proc/self/fd').flatMap(describe);
  } catch {
    return [];
  }
}

/** Nothing for the folder that was open only to be listed. */
function describe(name: string): Descriptor[] {
  try {
    const target = readlinkSync(`/proc/self/fd/${name}`);
    const info = readFileSync(`/proc/self/fdinfo/${name}`, 'utf8');
    const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(info) ?? [];
    return [{ number: Number(name), target, access: Number.parseInt(flags, 8) & 3 }];
  } catch {
    return [];
  }
}
