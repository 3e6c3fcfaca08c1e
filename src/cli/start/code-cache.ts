import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The compiled code of one command. */
export interface Code {
  command: string;
  /** The names of the modules that it is of, in any order. */
  modules: readonly string[];
  /** What V8 takes back. It refuses data of another version of V8, or of other flags. */
  data: Buffer;
}

const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;
const OLD_MS = 30 * 24 * 60 * 60 * 1000;

/** Compiled code that earlier runs kept in a folder, for one build of coffer on one V8. */
export class CodeCache {
  readonly #folder: string;
  readonly #prefix: string;

  /** @param build what changes with the code of coffer */
  constructor(folder: string, build: string) {
    const { arch, versions } = process;
    this.#folder = folder;
    this.#prefix = `${build}-${versions.v8}-${arch}-`;
  }

  /**
   * The code of the command that a call names, if it was kept whole. V8 does not check the bytes
   * that it takes back, so this does.
   */
  read(argv: readonly string[]): Code | undefined {
    // Before the command there may be flags and their values.
    const words = argv.slice(0, 5).filter((word) => /^[a-z_-]+$/.test(word));
    for (const command of words) {
      const content = this.#contentOf(command);
      if (
        !content ||
        !digestOf(content.subarray(DIGEST_BYTES)).equals(content.subarray(0, DIGEST_BYTES))
      )
        continue;
      const start = DIGEST_BYTES + LENGTH_BYTES + content.readUInt32LE(DIGEST_BYTES);
      const modules = content.toString('latin1', DIGEST_BYTES + LENGTH_BYTES, start).split(' ');
      return { command, modules, data: content.subarray(start) };
    }
    return undefined;
  }

  #contentOf(command: string): Buffer | undefined {
    try {
      const content = readFileSync(this.#fileOf(command));
      return content.length > DIGEST_BYTES + LENGTH_BYTES ? content : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps code for the runs to come. What cannot be written is not needed. */
  keep({ command, modules, data }: Code): void {
    const names = Buffer.from(modules.join(' '), 'latin1');
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(names.length);
    const content = Buffer.concat([length, names, data]);
    const file = this.#fileOf(command);
    const temporary = `${file}.${process.pid}`;
    try {
      const whole = Buffer.concat([digestOf(content), content]);
      writeFileSync(temporary, whole, { flag: 'wx', mode: 0o600 });
      renameSync(temporary, file);
      this.#removeOld();
    } catch {
      rmSync(temporary, { force: true });
    }
  }

  #fileOf(command: string): string {
    return join(this.#folder, this.#prefix + command);
  }

  /** Removes what other versions kept, after a month, and what an interrupted run left. */
  #removeOld(): void {
    const limit = Date.now() - OLD_MS;
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      const isOwn = name.startsWith(this.#prefix) && !/\.\d+$/.test(name);
      if (!isOwn && statSync(file).mtimeMs < limit) rmSync(file, { recursive: true, force: true });
    }
  }
}

function digestOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
