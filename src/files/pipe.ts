import { constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';

const READ_BYTES = 1024 * 1024;

/**
 * What a pipe, a terminal or another device gives, until its writers end; a pipe with a name waits
 * for the first one.
 *
 * A thread that reads would keep the process until something comes, even after `process.exit`, so
 * the event loop waits instead. Only Linux tells a pipe that has no writer yet from one that has
 * none any more, so elsewhere a thread reads it.
 * @throws the system's error
 */
export function openPipe(path: string): Readable {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  if (process.platform !== 'linux') return createReadStream(path, { highWaterMark: READ_BYTES });
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (isatty(descriptor)) return new ReadStream(descriptor);
  if (fstatSync(descriptor).isFIFO()) {
    return new Socket({ fd: descriptor, readable: true, writable: false });
  }
  // Devices such as /dev/zero do not wait.
  return createReadStream('', { fd: descriptor, highWaterMark: READ_BYTES });
}
