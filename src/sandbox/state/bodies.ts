import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A segment of an object's body, written once. */
export interface Segment {
  id: string;
  size: number;
}

interface SegmentWriter {
  write(chunk: Buffer): Promise<void>;
  finish(): Promise<Segment>;
  discard(): Promise<void>;
}

interface Medium {
  create(id: string): Promise<{ write(chunk: Buffer): Promise<void>; end(): Promise<void> }>;
  read(id: string, start: number, end: number): AsyncGenerator<Buffer>;
  remove(id: string): void;
}

/** The bytes of objects and of parts: files in a folder, or chunks in memory. */
export class Bodies {
  readonly #medium: Medium;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(medium: Medium) {
    this.#medium = medium;
  }

  static async open(folder?: string): Promise<Bodies> {
    if (folder === undefined) return new Bodies(memoryMedium());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Bodies(fileMedium(folder));
  }

  /** Removes the files of uploads when the process was killed. */
  static async sweep(folder: string, isLive: (id: string) => boolean): Promise<void> {
    for (const id of await readdir(folder)) if (!isLive(id)) await rm(join(folder, id));
  }

  async writer(): Promise<SegmentWriter> {
    const id = randomUUID();
    const file = await this.#medium.create(id);
    let size = 0;
    return {
      async write(chunk) {
        await file.write(chunk);
        size += chunk.length;
      },
      async finish() {
        await file.end();
        return { id, size };
      },
      discard: async () => {
        await file.end();
        this.#medium.remove(id);
      },
    };
  }

  /** The bytes from `start` up to, not including, `end`. They stay readable while being read. */
  async *read(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Buffer> {
    for (const { id } of segments) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    try {
      let offset = 0;
      for (const { id, size } of segments) {
        const from = Math.max(0, start - offset);
        const to = Math.min(size, end - offset);
        if (from < to) yield* this.#medium.read(id, from, to);
        offset += size;
      }
    } finally {
      for (const { id } of segments) this.#release(id);
    }
  }

  async copy(segments: readonly Segment[], start: number, end: number): Promise<Segment> {
    const writer = await this.writer();
    try {
      for await (const chunk of this.read(segments, start, end)) await writer.write(chunk);
    } catch (error) {
      await writer.discard();
      throw error;
    }
    return writer.finish();
  }

  remove(segments: readonly Segment[]): void {
    for (const { id } of segments) {
      if (this.#readers.has(id)) this.#doomed.add(id);
      else this.#medium.remove(id);
    }
  }

  #release(id: string): void {
    const left = (this.#readers.get(id) ?? 1) - 1;
    if (left > 0) {
      this.#readers.set(id, left);
      return;
    }
    this.#readers.delete(id);
    if (this.#doomed.delete(id)) this.#medium.remove(id);
  }
}

function memoryMedium(): Medium {
  const chunks = new Map<string, Buffer[]>();
  return {
    async create(id) {
      const list: Buffer[] = [];
      chunks.set(id, list);
      return {
        async write(chunk) {
          list.push(chunk);
        },
        async end() {},
      };
    },
    async *read(id, start, end) {
      let offset = 0;
      for (const chunk of chunks.get(id) ?? []) {
        const part = chunk.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
        if (part.length > 0) yield part;
        offset += chunk.length;
        if (offset >= end) return;
      }
    },
    remove(id) {
      chunks.delete(id);
    },
  };
}

const READ_SIZE = 256 * 1024;

function fileMedium(folder: string): Medium {
  return {
    async create(id) {
      const file = await open(join(folder, id), 'wx', 0o600);
      return {
        async write(chunk) {
          for (let done = 0; done < chunk.length;) {
            done += (await file.write(chunk, done)).bytesWritten;
          }
        },
        end: () => file.close(),
      };
    },
    async *read(id, start, end) {
      const file = await open(join(folder, id), 'r');
      try {
        for (let at = start; at < end;) {
          const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, end - at));
          const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
          if (bytesRead === 0) throw new Error(`the body ${id} is shorter than its record says`);
          yield buffer.subarray(0, bytesRead);
          at += bytesRead;
        }
      } finally {
        await file.close();
      }
    },
    remove(id) {
      rmSync(join(folder, id), { force: true });
    },
  };
}
