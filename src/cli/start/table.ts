/** The modules of the command line, as the build writes them: functions by the name of their file. */
export type Table = Readonly<
  Record<string, (require: Require, module: { exports: unknown }, exports: unknown) => void>
>;

type Require = (name: string) => unknown;

/**
 * Returns a `require` for the modules of a table, each run once; for others, Node's.
 * @param loaded gets the names of the modules that were run, and what they export
 */
export function requireFrom(
  table: Table,
  ofNode: Require,
  loaded: Map<string, { exports: unknown }>,
): Require {
  const require = (name: string): unknown => {
    const run = table[name];
    if (!run) return ofNode(name);
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    run(require, module, module.exports);
    return module.exports;
  };
  return require;
}
