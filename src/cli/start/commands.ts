import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { cacheFolder } from '../../files/cache-folder.ts';
import { CodeCache } from './code-cache.ts';
import { requireFrom, type Table } from './table.ts';

/** The build sets this: a hash of the modules. */
declare const COFFER_BUNDLE: string;

type Environment = Readonly<Record<string, string | undefined>>;

/** What src/cli/start.ts exports. */
interface Start {
  start: (environment: Environment, keepCode: (command: string) => void) => Promise<never>;
}

/**
 * Loads the modules of the command line from `file`, and starts it.
 *
 * V8 compiles a function when it is first called. What it has compiled when a command has done its
 * work is kept for the next run of the same command, unless the environment says COFFER_CACHE=off.
 */
export function startCommands(file: string): void {
  // A copy of the original, for the commands that coffer runs.
  const environment = { ...process.env };
  const loaded = new Map<string, { exports: unknown }>();
  const begin = (table: unknown, keepCode: (command: string) => void) => {
    const load = requireFrom(table as Table, require, loaded);
    void (load('./start.js') as Start).start(environment, keepCode);
  };
  // Only Node's own loader finds source maps.
  if (process.sourceMapsEnabled) return begin(require(file), () => {});

  const folder = environment['COFFER_CACHE'] === 'off' ? undefined : cacheFolder(environment);
  const cache = folder === undefined ? undefined : new CodeCache(folder, COFFER_BUNDLE);
  const known = cache?.read(process.argv.slice(2));
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    cachedData: known?.data,
  });
  const kept = new Set(script.cachedDataRejected ? [] : known?.modules);
  begin(script.runInThisContext(), (command) => {
    const modules = [...loaded.keys()];
    if (!cache || modules.every((name) => kept.has(name))) return;
    cache.keep({
      command,
      modules: [...new Set([...kept, ...modules])],
      data: script.createCachedData(),
    });
  });
}
