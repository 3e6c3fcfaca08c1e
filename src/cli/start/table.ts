/** A module of the command line, as the build writes it. */
export type Run = (require: Require, module: { exports: unknown }, exports: unknown) => void;

type Require = (name: string) => unknown;

/** Modules of Node that take milliseconds to load, and that many calls do not need. */
const HEAVY = new Set([
  'node:child_process',
  'node:fs/promises',
  'node:http',
  'node:https',
  'node:net',
  'node:readline',
  'node:readline/promises',
  'node:zlib',
]);

/**
 * Returns a `require` for our modules, each run once; for others, Node's.
 * Heavy modules are loaded when they are first used.
 * @param find returns one of ours, if there is one of that name
 * @param heavy those of ours
 */
export function requireFrom(
  find: (name: string) => Run | undefined,
  heavy: readonly string[],
  ofNode: Require,
): Require {
  const loaded = new Map<string, { exports: unknown }>();
  const isHeavy = (name: string) => HEAVY.has(name) || heavy.includes(name);
  const require = (name: string): unknown => {
    const known = loaded.get(name);
    if (known) return known.exports;
    return isHeavy(name) ? lazily(() => load(name)) : load(name);
  };
  const load = (name: string): unknown => {
    const run = find(name);
    if (!run) return ofNode(name);
    const module = { exports: {} };
    loaded.set(name, module);
    run(require, module, module.exports);
    return module.exports;
  };
  return require;
}

/** Stands in for a module until one of its exports is asked for. */
function lazily(load: () => unknown): unknown {
  let module: Readonly<Record<string | symbol, unknown>> | undefined;
  return new Proxy(
    {},
    {
      get(_, key) {
        // How bundlers ask for the kind of a module.
        if (key === '__esModule') return undefined;
        module ??= load() as Readonly<Record<string, unknown>>;
        return module[key];
      },
    },
  );
}
