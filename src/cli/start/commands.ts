import type * as v8 from 'node:v8';
import { Script } from 'node:vm';
import { cacheFolder } from '../../files/cache-folder.ts';
import { CodeCache, isCacheOff, type Code } from './code-cache.ts';
import { requireFrom, type Table } from './table.ts';

/** The build sets this: a hash of the modules. */
declare const COFFER_BUNDLE: string;

/** The build sets this: the names of modules that many calls do not need. */
declare const COFFER_HEAVY: string;

type Environment = Readonly<Record<string, string | undefined>>;

/** What src/cli/start.ts exports. */
interface Start {
  start: (
    environment: Environment,
    program: string | undefined,
    keepCode: (command: string) => void,
  ) => Promise<never>;
}

/** The modules of the command line, and where they come from. */
interface Modules {
  /** The name of their file, for stack traces and for Node's own loader. */
  file: string;
  read: () => string;
  /** Code that came with them, if any. */
  codeOf?: (argv: readonly string[]) => Code | undefined;
  /** What runs them: a script, or the executable that they are in. */
  program: string | undefined;
}

/** Commands that move data of any size. */
const STREAMS = new Set(['get', 'put']);

/**
 * V8 counts buffers as part of its heap: whenever some 32 MiB have passed by, it marks the whole heap
 * in steps, which takes a third of the CPU time of a large `get`. Without steps it marks far less
 * often. The flag must not change while the heap is being marked: V8 would end with a fatal error.
 * The heap of a process that has just started is too small for that.
 */
function doNotMarkInSteps(): void {
  const { setFlagsFromString } = require('node:v8') as typeof v8;
  setFlagsFromString('--no-incremental-marking');
}

/**
 * Loads the modules of the command line, and starts it.
 *
 * V8 compiles a function when it is first called. What it has compiled when a command has done its
 * work is kept for the next run of the same command, unless the environment says COFFER_CACHE=off.
 */
export function startCommands({ file, read, codeOf, program }: Modules): void {
  // A copy of the original, for the commands that coffer runs.
  const environment = { ...process.env };
  const argv = process.argv.slice(2);
  if (argv.some((word) => STREAMS.has(word))) doNotMarkInSteps();
  const loaded = new Map<string, { exports: unknown }>();
  const begin = (table: unknown, keepCode: (command: string) => void) => {
    const load = requireFrom(table as Table, COFFER_HEAVY.split(' '), require, loaded);
    void (load('./start.js') as Start).start(environment, program, keepCode);
  };
  // Only Node's own loader finds source maps; an executable has none.
  if (process.sourceMapsEnabled && !codeOf) return begin(require(file), () => {});

  const shipped = codeOf?.(argv);
  const folder = shipped || isCacheOff(environment) ? undefined : cacheFolder(environment);
  const cache = folder === undefined ? undefined : new CodeCache(folder, COFFER_BUNDLE);
  const known = shipped ?? cache?.read(argv);
  const script = new Script(read(), { filename: file, cachedData: known?.data });
  const kept = new Set(script.cachedDataRejected ? [] : known?.modules);
  begin(script.runInThisContext(), (command) => {
    const modules = [...loaded.keys()];
    if (!cache || modules.every((name) => kept.has(name))) return;
    const all = [...new Set([...kept, ...modules])];
    cache.keep({ command, modules: all, data: script.createCachedData() });
  });
}
