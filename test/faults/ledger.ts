/** A value that nobody can foretell, such as a generated one; `not` is what it may not be. */
interface Unforeseen {
  not: Buffer | undefined;
}

export type Known = Buffer | Unforeseen;

/** Values by name; what is not there does not exist. */
export type Values = Map<string, Known>;

/** What is where, as far as coffer has said so. */
export class Ledger {
  /** By the manifest's path from the work folder, then by full name. */
  readonly git: Map<string, Values>;
  /** By full name. */
  readonly aws: Values;

  constructor(git: ReadonlyMap<string, Values> = new Map(), aws: Values = new Map()) {
    this.git = new Map([...git].map(([file, values]) => [file, new Map(values)]));
    this.aws = new Map(aws);
  }

  copy(): Ledger {
    return new Ledger(this.git, this.aws);
  }

  manifest(file: string): Values {
    const values = this.git.get(file);
    if (!values) throw new Error(`nobody knows of ${file}`);
    return values;
  }
}

/** A value found where `known` was expected, both of which may be missing. */
export function isAsKnown(found: Known | undefined, known: Known | undefined): boolean {
  if (!found || !known) return found === known;
  if (Buffer.isBuffer(known)) return Buffer.isBuffer(found) && found.equals(known);
  return !Buffer.isBuffer(found) || !known.not || !found.equals(known.not);
}

/** What a value may be while a change from one ledger to another is under way. */
export function isBetween(
  found: Known | undefined,
  before: Known | undefined,
  after: Known | undefined,
): boolean {
  return isAsKnown(found, before) || isAsKnown(found, after);
}

/** What differs between two ledgers, as names within their places. */
export function changes(before: Ledger, after: Ledger): string[] {
  const places = (ledger: Ledger): Map<string, Known> => {
    const all = [...ledger.git, ['AWS', ledger.aws] as const];
    return new Map(
      all.flatMap(([place, values]) =>
        [...values].map(([name, value]) => [`${place} ${name}`, value] as const),
      ),
    );
  };
  const [old, next] = [places(before), places(after)];
  return [...new Set([...old.keys(), ...next.keys()])].filter(
    (name) => old.get(name) !== next.get(name),
  );
}
