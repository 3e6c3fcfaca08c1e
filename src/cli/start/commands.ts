import type * as v8 from 'node:v8';
import { cacheFolder } from '../../files/cache-folder.ts';
import { CodeCache, isCacheOff, possibleCommands, sharedFolder, type Code } from './code-cache.ts';
import { Pieces, type ModulesFile } from './pieces.ts';
import { requireFrom, type Run } from './table.ts';

/** The build sets this: a hash of the modules. */
declare const COFFER_BUNDLE: string;

/** The build sets this: the names of modules that many calls do not need. */
declare const COFFER_HEAVY: string;

/** The build sets this: where the modules are. */
declare const COFFER_MODULES: string;

type Environment = Readonly<Record<string, string | undefined>>;

/** What src/cli/start.ts exports. */
interface Start {
  start: (call: {
    environment: Environment;
    program: string | undefined;
    descriptor: number | undefined;
    keepCode: (commandOf: () => string | undefined) => void;
  }) => Promise<never>;
}

/** The modules of the command line, and where they come from. */
interface Modules extends ModulesFile {
  /** Code that came with them, if any. */
  codeOf?: (argv: readonly string[]) => Code | undefined;
  /** Where their file is open, if it is. */
  descriptor?: number;
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
export function startCommands({ codeOf, program, descriptor, ...file }: Modules): void {
  // A copy of the original, for the commands that coffer runs.
  const environment = { ...process.env };
  const argv = process.argv.slice(2);
  if (possibleCommands(argv).some((word) => STREAMS.has(word))) doNotMarkInSteps();
  const begin = (
    find: (name: string) => Run | undefined,
    keepCode: (commandOf: () => string | undefined) => void,
  ) => {
    const load = requireFrom(find, COFFER_HEAVY.split(' '), require);
    void (load('./start.js') as Start).start({ environment, program, descriptor, keepCode });
  };
  // Only Node's own loader finds source maps; an executable has none.
  if (process.sourceMapsEnabled && !codeOf) {
    const table = require(file.name) as Readonly<Record<string, Run>>;
    return begin(
      (name) => table[name],
      () => {},
    );
  }

  const shipped = codeOf?.(argv);
  const isOff = shipped !== undefined || isCacheOff(environment);
  const folder = isOff ? undefined : cacheFolder(environment);
  const cache = folder === undefined ? undefined : new CodeCache(folder, COFFER_BUNDLE);
  // An executable has no folder of its own.
  const sharedCode = () =>
    isOff || codeOf
      ? undefined
      : new CodeCache(sharedFolder(file.name), COFFER_BUNDLE, 'shared').read(argv);
  const known = shipped ?? cache?.read(argv) ?? sharedCode();
  const modules = new Pieces(file, COFFER_MODULES, known?.pieces ?? []);
  begin(
    (name) => modules.find(name),
    (commandOf) => {
      const pieces = cache && modules.keep();
      const command = known?.command ?? commandOf();
      if (pieces && command !== undefined) cache.keep({ command, pieces });
    },
  );
}
